"""The few words that the planner must know, in the languages that people asked in most.

Only words that frame a diagram are here (verbs, kinds, “if”, “yes”, the usual columns); labels are never looked up.
A phrase that ends with ``*`` stands for all its endings. Phrases match whole words, without regard to case; in
scripts without blanks between words they match anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

_WIDE = re.compile(r"[\u0e00-\u0e7f\u2e80-\u9fff\uac00-\ud7af]")

# Requests for a drawing. What follows is the subject.
DRAW_VERBS = """
draw|sketch|create|make|build|design|generate|produce|show|plot|prepare|chart|visuali*|diagram|turn|convert|put
lay out|set up
zeichne*|erstelle*|erzeuge*|mach|mache|male|baue|generiere*|entwirf|entwerfe*|visualisiere*|zeig|zeige
dessine*|crée*|créer|cree|fais|faire|trace*|génère*|construis|montre*|réalise*
dibuja*|crea|crear|haz|hacer|genera|generar|diseña*|muestra
desenhe|desenha*|crie|criar|faça|gere|gerar|monte|mostre
disegna*|creare|fai|genera|costruisci|mostra
teken|maak|bouw|genereer
narysuj|utwórz|stwórz|zrób|przygotuj|wygeneruj
нарисуй*|создай*|сделай*|построй*|начерти*|составь*|намалюй*|створи*|зроби*
çiz|oluştur|hazırla|yap
rita|skapa|gör|tegn|lag|lav
nakresli|vytvoř|udělej
vẽ|tạo|lập
gambar|buat|buatkan
ارسم|أنشئ|اصنع
बनाओ|बनाएं|बनाइए
画|绘制|创建|制作|生成|作成|作って|描いて|作る|그려|만들어|작성
"""

# The verbs among them that say nothing but “draw”: they belong to no title (“Create account:” is one).
PURE_DRAW_VERBS = """
draw|zeichne*|dessine*|dibuja*|desenhe|desenha*|disegna*|teken|narysuj|нарисуй*
начерти*|намалюй*|çiz|rita|tegn
nakresli|vẽ|gambar|ارسم|画|绘制|描いて|그려
"""

# Words of politeness before the verb.
POLITE = """
please|kindly|can you|could you|would you|i want you to|i need you to|i want|i need|i would like|i'd like|let's
give me|we need
bitte|kannst du|könntest du|ich brauche|ich möchte|s'il te plaît|s'il vous plaît|peux-tu|pouvez-vous|je veux
je voudrais
por favor|puedes|quiero|necesito|per favore|puoi|vorrei|preciso de|quero|proszę|пожалуйста|мне нужна|мне нужно
будь ласка|alsjeblieft|lütfen
请|請|帮我|我要|请帮我
"""

# Verbs that ask for thought: no parser can do what they say.
THINKING_VERBS = """
summari*|explain*|improve|suggest*|brainstorm*|translate|sort|group|cluster|categori*|prioriti*|rank|expand
elaborate|fill|complete|extend|analy*
describe|rewrite|reorder|optimi*|simplify|merge|invent|propose|research|find|estimate|evaluate|recommend|correct|fix
refine|infer|derive|think
fasse|fass|erkläre*|verbessere*|übersetze*|sortiere*|gruppiere*|ergänze*|schlage|analysiere*|beschreibe*|bewerte*
ordne|vervollständige
résume*|explique*|améliore*|traduis|trie|regroupe*|complète*|propose|analyse*|décris
resume|resumir|explica*|mejora*|traduce|ordena*|agrupa*|completa*|propón|analiza*|describe|sugiere
resuma|explique|melhore|traduza|ordene|agrupe|complete|sugira|riassumi|spiega|migliora|traduci|ordina|raggruppa
suggerisci
vat|leg uit|verbeter*|vertaal|sorteer|podsumuj|wyjaśnij|popraw|przetłumacz|posortuj|объясни*|улучши*|переведи*
отсортируй*|сгруппируй*|предложи*|дополни*
总结|解释|改进|翻译|建议|补充|要約|説明して|改善|翻訳|요약|설명|개선
"""

# Behind such a verb they show that it is a request: “Sort these”. “Sort order” or “Group A” are names.
OBJECTS = """
this|these|those|that|the|my|our|your|each|every|all|it|them|to|into|by|a|an|some|more|ideas|following|about|for
what|how|why|which|whether
diese*|dies|die|den|das|der|jede*|alle|alles|folgende*|meine*|unsere*|ins|nach|zu|mir|uns|ces|cette|cet|ce|les|la|le
chaque|tous|toutes|des|une|en
estos|esta|este|esto|los|las|el|cada|todos|todas|una|al|un|essa|esse|esta|os|as|o|questo|questi|questa|il|lo|gli
ogni|tutti|deze|dit|de|het|elke
эти|этот|эту|это|все|каждый|мне|следующ*|мой|наш*|ten|te|to|każdy|wszystkie
"""

# All that an instruction says that asks for order.
TIDY_UP = """
tidy up|tidy|clean up|clean up the layout|arrange|rearrange|arrange neatly|auto layout|auto-layout|align|re-layout|relayout
straighten|räume|räum|aufräumen|ordne neu|ordnen|neu anordnen|range|réorganise|mets de l'ordre|ordena
organiza|ordenar|arruma|organize|riordina|metti in ordine|ruim op|uporządkuj|упорядочи|наведи порядок|整理|整理一下|整列
"""
TIDIED = """
it|this|that|everything|all|the canvas|the diagram|the layout|the selection|the flow chart|the flowchart|the board|please
up|neatly|nicely|a bit|auf|bitte|ein bisschen
alles|das|die leinwand|das diagramm|tout|le diagramme|todo|el diagrama|tudo|o diagrama|tutto|il diagramma|всё|все|布局
"""

ARTICLES = """
a|an|the|me|us|some|following|ein|eine|einen|einem|das|die|der|den|dem|des|un|une|le|la|les|l'|moi|una|uno|el|los
las|um|uma
o|os|as|il|lo|gli|een|het|de|一个|一张|一幅|一個|一張
"""
# Verbs that stand behind what is to be drawn.
VERBS_LAST = """
を描いてください|を作成してください|を作ってください|を描いて|を作成して|を作って|を作成|を描く|그려줘|그려|만들어줘|만들어|작성해줘|çiz|oluştur|hazırla|बनाओ|बनाएं|बनाइए
"""
ADJECTIVES = """
simple|small|short|quick|basic|new|nice|clear|detailed|little|big|beautiful|einfache*|kleine*|neue*|schöne*|petit
petite|simples|sencillo|pequeño|nuevo
semplice|piccolo|простую|простой|простая|простое|новую|новый
"""

PREPOSITIONS = """
of|for|about|on|showing|from|to show|that shows|with|using|für|von|vom|über|zu|zum|zur|mit|aus|pour|de|des|du|d'|sur
avec|para|sobre|del|con|do|da|dos
di|per|su|della|dei|dla|o|z|для|о|об|про|с|voor|van|over|met|för|om|av|için|关于|の
"""

# Kind → names that say it without doubt.
KINDS = {
    "mind_map": """
        mind map*|mind-map*|mindmap*|mapa* menta*|mappa* mental*|carte* mentale*|carte* heuristique*|gedankenkarte
        gedächtniskarte|zihin harita*
        интеллект-карт*|ментальн* карт*|майндмэп|ментальна карта|mapa myśli|mapę myśli|myšlenkov* map*|tankekart*
        sơ đồ tư duy|peta pikiran
        خريطة ذهنية|माइंड मैप|思维导图|心智图|マインドマップ|마인드맵|마인드 맵
    """,
    "org_chart": """
        organi?ation chart*|organi?ational chart*|org chart*|orgchart*|organi?ation tree|organigram|organigrams
        organigramm*|organigrama*|organograma*|संगठन चार्ट|संगठन तालिका
        organizační struktur*|schemat organizacyjny|оргструктур*|организационн* структур*|组织结构图|組織図|조직도
    """,
    "timeline": """
        timeline*|time line*|zeitstrahl*|zeitachse*|frise chronologique|chronologie|línea* de tiempo|cronología
        linha* do tempo|linea del tempo
        tijdlijn*|tidslinje*|oś czasu|временн* шкал*|хронологи*|时间线|时间轴|年表|타임라인
    """,
    "board": """
        kanban board|kanban-board*|kanban*|scrum board*|task board*|board|boards|tablero*
        tableau kanban
        tableau de bord kanban|quadro*|lavagna|bord|tablica|tablicę
        канбан*|доск*|дошк*|看板|カンバン|かんばん|칸반|보드|كانبان|कानबान|カンバンボード
    """,
    "flowchart": """
        flow chart*|flowchart*|flow diagram*|process diagram*|process chart*|process map*|decision tree*
        flussdiagramm*|ablaufdiagramm*|prozessdiagramm*|flowgraph
        diagramme* de flux|organigramme* de programmation|logigramme*|diagrama* de flujo|flujograma*|fluxograma*
        diagrama* de fluxo|diagramm* di flusso
        stroomdiagram*|stroomschema*|schemat blokowy|diagram przepływu|блок-схем*|блоксхем*|схем* процесс*
        akış şema*|akış diyagram*|flödesschema*|flytskjema*
        vývojový diagram|sơ đồ quy trình|lưu đồ|diagram alir|مخطط انسيابي|مخطط تدفق|फ़्लोचार्ट|फ्लोचार्ट|流程图|流程圖
        フローチャート|フロー図|순서도|흐름도
    """,
    "outline": """
        table of contents|outline*|gliederung*|inhaltsverzeichnis|plan détaillé|table des matières|esquema*|índice
        esboço|sommario|scaletta|overzicht|konspekt
        оглавлени*|план-конспект|大纲|提纲|目录|アウトライン|目次|개요
    """,
    "table": """
        table|tables|matrix|spreadsheet|tabelle*|tableau|tableaux|tabla|tablas|tabela*|tabelę
        tabella*|tabel|таблиц*|tablo*|جدول|तालिका|表格|テーブル
    """,
    "comparison": """
        comparison*|vergleich|vergleichs*|confronto|comparación|comparação|comparaison|сравнени*|порівнянн*|karşılaştırma*
        对比表|比較表|对比图
    """,
    "swot": """
        swot analysis|swot-analyse|swot analyse|swot|análisis dafo|análisis foda|análise swot|análise fofa|analyse swot
        analisi swot|swot-анализ*|fofa|dafo|foda|swot分析
    """,
    "retrospective": """
        retrospective*|retro|retrospektive*|rétrospective*|retrospectiva*|retrospettiva*|ретроспектив*|回顾会|振り返り
    """,
    "customer_journey": """
        customer journey*|user journey*|journey map*|kundenreise*|parcours client*|parcours utilisateur
        viaje* del cliente|jornada* do cliente
        customer-journey*|путь клиента|客户旅程|カスタマージャーニー*|고객 여정
    """,
    "list": """
        list|lists|to-do list|todo list|checklist*|check list*|bullet|bullets|bullet points|liste|listen|aufzählung
        stichpunkte|lista|listas|liste*|listę|lijst*|список*|перелік*|listesi
        قائمة|सूची|清单|列表|リスト|一覧|목록|리스트
    """,
}

# A form is drawn like another kind, and read in the notations of that kind.
KIND_OF_FORM = {
    "comparison": "table",
    "customer_journey": "table",
    "swot": "board",
    "retrospective": "board",
}

# These say a kind only where nothing stronger does, and no line is taken for an introduction because of them.
WEAK_KINDS = {
    "flowchart": """
        process|workflow|flow|diagram|chart|steps|sequence|prozess|ablauf|diagramm|schema|schritte|processus|flux
        diagramme|étapes|proceso|flujo|diagrama|pasos
        processo|fluxo|flusso|diagramma|passi|proces|схем*|процесс*|диаграмм*|алгоритм*|şema*|akış|流程|フロー|手順|절차
    """,
}

# Behind a verb of drawing they ask for an explanation, not for the steps that are written.
HOW_WORDS = """
how|why|what|where|which|wie|warum|was|comment|pourquoi|cómo|por qué|como|come|perché
hoe|waarom|jak|dlaczego|как|почему|як|чому|nasıl|如何|怎么
"""

# So begins a sentence about what to draw, not an enumeration of it.
SENTENCE_STARTS = """
it|they|we|you|i|he|she|there|this|these|that|with|including|include*|should|must|use|show|add|please|at least|one
two|three
four|five
es|er|sie|wir|ich|man|soll*|mit|bitte|il|elle|nous|on|je|avec|doit|debe|con|tiene|incluye|deve|com|inclui|он|она|мы
должн*|包括|应该|包含
"""

# Titles that point to the text and say nothing.
POINTING_SENTENCES = "here is|here are|here's|hier ist|hier sind|voici|aquí está|ecco|вот"
POINTING = """
this|these|that|it|the following|following|below|diese*|dies|folgende*|ceci|ces|cette|le suivant|esto|estos|estas
este|siguiente*
isto|questo|questi|seguente*|dit|deze|это|эти|этот|следующ*|这个|这些|下面|以下|これ|次の|이것|다음
"""
POINTED_AT = """
as|in|into|als|en|como|come|comme|steps|items|list|text|data|points|lines|one|schritte|liste|daten|text|punkte
étapes|données|texte|liste|pasos|datos
lista|passos|dados|passi|dati|stappen|lijst|шаги|данные|список|步骤|列表|数据|内容|手順|リスト|データ
"""

WITH_WORDS = "with|mit|avec|con|com|met|z|ze|с|со|з|med|ile|having"

# Names of kinds that often describe another noun; the words behind which they still are the kind.
ADJUNCTS = """
board|boards|table|tables|list|lists|outline|outlines|retro|matrix|comparison|bullet|bullets|tableau|liste|lista|tabelle
"""
FOLLOWERS = (
    "comparing|containing|listing|titled|called|named|view|chart|diagram|format|der|die|das|analysis|map|or|oder"
)

RIGHTWARD = """
left to right|left-to-right|horizontal*|von links nach rechts|waagerecht|de gauche à droite|de izquierda a derecha
da esquerda para a direita
da sinistra a destra|слева направо|горизонтальн*|从左到右|左から右
"""

COLUMN_WORDS = """
column*|lane*|list|lists|spalte*|colonne*|columna*|coluna*|kolom*|kolumn*|колонк*|столб*|стовпц*|sütun*|列|栏|カラム|열
"""

# Words that begin a condition. What follows them is the label of the arrow.
IF_WORDS = """
if|in case|wenn|falls|si|jeśli|jeżeli|если|якщо|eğer|pokud|když|hvis|nếu|jika|اگر|إذا|अगर|यदि|αν|אם|如果|若是|若|もし|만약|만일
"""
# The same, but the word stays in the label, because the label would say something else without it.
KEPT_IF_WORDS = (
    "when|unless|on error|on failure|on success|on timeout|sobald|à moins que|en cas de|cuando|quand|quando|когда"
)
# These begin a condition only before one of the words given: elsewhere they are pronouns and prepositions.
GUARDED_IF_WORDS = {
    "se": "no|non|não|nao|sì|si|sim|o|os|as|il|lo|la|i|gli|un|una|um|uma|for|houver|è|é|errat*|inválid*|valid*|falha*|existe*",
    "als": "nee|ja|de|het|een|er|niet|geen|ok|fout|goed|dit|dat",
    "om": "nej|ja|inte|det|den|ingen|inget|fel|ok|godkänd*|ikke|nei",
}
ELSE_WORDS = """
else|otherwise|if not|sonst|andernfalls|ansonsten|wenn nicht|sinon|autrement|si no|de lo contrario|si non|senão
senao|caso contrário|altrimenti|se no
anders|w przeciwnym razie|inaczej|иначе|інакше|değilse|aksi halde|yoksa|jinak|annars|ellers|nếu không|jika tidak
وإلا|वरना|नहीं तो|否则|不然|さもなければ|そうでなければ|それ以外|아니면|그렇지 않으면
"""
THEN_WORDS = "then|dann|alors|entonces|então|allora|则|那么|就|そうすれば|그러면"

# The answers to a question. They are labels of arrows even without an “if”.
YES_WORDS = """
yes|y|true|ok|ja|oui|vrai|sí|verdadero|sim|verdadeiro|sì|vero|tak|да|так|evet|ano|có|ya|نعم|हाँ|हां|ναι|כן|是|是的|はい|예|네
"""
NO_WORDS = """
no|n|nope|false|nein|falsch|non|faux|falso|não|nao|nee|nie|нет|ні|hayır|ne|nej|nei|không|tidak|لا|नहीं|όχι|לא|否|不是
いいえ|아니요|아니오
"""
# A condition that begins with one of these says that all is well.
POSITIVE_WORDS = """
okay|success|successful|valid|approved|passed|accepted|correct|complete|available|gültig|erfolgreich|genehmigt
richtig|succès|valide|approuvé
válido|aprobado|correcto|aprovado|correto|corretto|goedgekeurd|верно|успех|успешно|通过|成功|有効|承認
"""

# The first row of a customer journey.
STAGES_WORDS = """
stage|stages|phase|phases|step|steps|phasen|schritte|étapes|etapas|fases|fasi|fase|fasen|этап|этапы|стадии|阶段|段階|ステージ
"""

MONTHS = """
january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug
sep|sept|oct|nov|dec
januar|februar|märz|mai|juni|juli|oktober|dezember|jänner|mär|okt|dez
janvier|février|mars|avril|juin|juillet|août|septembre|octobre|novembre|décembre|janv|févr|déc
enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|ene|abr|ago|dic
janeiro|fevereiro|março|maio|junho|julho|setembro|outubro|novembro|dezembro|fev|set|out
gennaio|febbraio|aprile|maggio|giugno|luglio|settembre|ottobre|dicembre|gen|mag|giu|lug|ott
januari|februari|maart|mei|augustus
январ*|феврал*|март*|апрел*|мая|май|июн*|июл*|август*|сентябр*|октябр*|ноябр*|декабр*
spring|summer|autumn|fall|winter|early|mid|late|anfang|mitte|ende|frühjahr|frühling|sommer|herbst|début|fin
printemps|été|automne|hiver|primavera|verano|otoño|invierno
"""
# Behind them a number says when: “week 3”.
PERIODS = """
week|weeks|day|days|month|months|year|years|quarter|phase|sprint|hour|minute|stage|woche|kw|tag|monat|jahr|quartal
semaine|jour|mois|année|trimestre|semana|día|dia|mes|mês|año|ano|settimana|giorno|mese|anno|weken|dag|maand|jaar
неделя|день|месяц|год|квартал|этап|тиждень
"""

# What people call a part of a diagram in front of its name, or behind it.
DIAMOND_WORDS = """
decision|decision node|question|diamond|condition|entscheidung|frage|décision|decisión|decisão|decisione|решение|вопрос
"""
ELLIPSE_WORDS = "ellipse|circle|oval|start node|end node|kreis|cercle|círculo|cerchio|круг"
NODE_WORDS = f"""
step|node|box|card|shape|rectangle|task|state|block|item|schritt|knoten|kasten|karte|kästchen|étape|nœud|boîte|carte
paso|nodo|caja|tarjeta
passo|caixa|cartão|casella|scheda|stap|knooppunt|vak|krok|węzeł|шаг|узел|блок|карточк*|крок|вузол|步骤|节点|ステップ|ノード
{DIAMOND_WORDS}|{ELLIPSE_WORDS}
"""
ARROW_WORDS = """
arrow|connection|line|link|edge|pfeil|verbindung|linie|flèche|lien|flecha|conexión|seta|freccia|pijl|strzałkę
стрелку|стрілку|箭头
"""
CALLED = """
called|named|labelled|labeled|with the label|with label|saying|titled|namens|genannt|mit dem namen|appelé|appelée
nommé|nommée|llamado|llamada
chamado|chamada|chiamato|chiamata|genaamd|o nazwie|под названием|с названием
"""
AND_THEN = """
and then|and also|and|then|also|und dann|und|dann|et puis|et|puis|y luego|y|luego|e depois|e poi|e|en dan|en|a potem
i|и затем|и|потом|затем|та|і
然后|并且|并|再
"""
# Words of a description of something on the canvas, instead of its name.
DESCRIPTIONS = """
all|every|each|any|everything|anything|both|these|those|them|it|this|last|first|second|third|other|others|unused
duplicate*|empty|rest|colour|color|size|font
style|layout|shape|shapes|position|alle|jede*|alles|letzte*|erste*|diese*|farbe|größe|tout|toute|tous|toutes|chaque
dernier|dernière|premier|première
couleur|todo|todos|todas|último|última|primer*|color|tutti|tutte|ultimo|ultima|tudo|cor|alles|laatste|eerste
wszystko|все|всё|последн*|перв*|цвет|所有|全部|颜色|すべて|全て
"""

SWOT_COLUMNS = """
strengths|weaknesses|opportunities|threats|stärken|schwächen|chancen|risiken|forces|faiblesses|opportunités
menaces
fortalezas|debilidades|oportunidades|amenazas|forças|fraquezas|ameaças|punti di forza|debolezze|punti di debolezza
opportunità|minacce
сильные стороны|слабые стороны|возможности|угрозы|优势|劣势|机会|威胁|強み|弱み|機会|脅威
"""
RETROSPECTIVE_COLUMNS = """
start|stop|continue|keep|what went well|went well|what went badly|what didn't go well|what to improve|to improve
improve|action items|actions|mad|sad|glad|liked|learned|lacked|longed for|kudos
was lief gut|lief gut|was lief schlecht|lief schlecht|was lief nicht gut|verbessern|maßnahmen|massnahmen
ce qui a bien marché|ce qui n'a pas marché|à améliorer|qué salió bien|qué salió mal|a mejorar|acciones
o que foi bem|o que foi mal|a melhorar|ações|cosa è andato bene|cosa migliorare|azioni
что прошло хорошо|что прошло плохо|что улучшить|做得好的|需要改进的|行动项|良かった点|改善点
"""

# Columns by which a board is known even where nobody calls it one. One set must cover at least two columns.
BOARD_COLUMNS = (
    """
    to do|to-do|todo|backlog|doing|in progress|in-progress|in review|review|testing|done|completed|blocked|ready
    next|later|now|icebox|selected
    zu erledigen|offen|in arbeit|in bearbeitung|erledigt|fertig|à faire|en cours|fait|terminé|por hacer|pendiente
    pendientes|en curso|en progreso|haciendo|hecho|terminado
    a fazer|fazendo|em andamento|feito|concluído|da fare|in corso|fatto|te doen|bezig|klaar|do zrobienia|w trakcie
    w toku|zrobione|gotowe
    сделать|к выполнению|в работе|в процессе|готово|сделано|выполнено|зробити|в роботі|yapılacak|yapılacaklar
    yapılıyor|devam eden|tamamlandı|bitti
    待办|待辦|进行中|進行中|已完成|完成|未着手|作業中|完了|할 일|진행 중|완료|قيد التنفيذ|تم|للقيام به
    """,
    SWOT_COLUMNS,
    RETROSPECTIVE_COLUMNS,
    "must have|should have|could have|won't have|must|should|could|won't",
    "pros|cons|pro|contra|vorteile|nachteile|avantages|inconvénients|ventajas|desventajas|vantagens|desvantagens|vantaggi|svantaggi|плюсы|минусы|优点|缺点",
)


def phrases(source: str) -> list[str]:
    """The phrases of one of the lists above."""
    return [phrase.strip() for line in source.strip().splitlines() for phrase in line.split("|") if phrase.strip()]


def alternatives(source: str | Iterable[str]) -> str:
    """A regular expression for any phrase of the list, the longest first; compile it with ``re.IGNORECASE``."""
    found = phrases(source) if isinstance(source, str) else list(source)
    return "(?:" + "|".join(_expression(phrase) for phrase in sorted(set(found), key=len, reverse=True)) + ")"


def _expression(phrase: str) -> str:
    words = []
    for word in phrase.split():
        body = re.escape(word.rstrip("*")).replace(r"\?", "[sz]")
        words.append(body + (r"\w*" if word.endswith("*") else ""))
    joined = r"\s+".join(words)
    if _WIDE.search(phrase):
        return joined
    return rf"(?<!\w){joined}" + ("" if phrase.endswith("'") else r"(?!\w)")


@cache
def pattern(source: str, *, prefix: str = "", suffix: str = "") -> re.Pattern[str]:
    """The compiled alternatives of a list, between two expressions."""
    return re.compile(prefix + alternatives(source) + suffix, re.IGNORECASE)


@cache
def vocabulary_set(source: str) -> frozenset[str]:
    """The phrases of a list as a set to look whole texts up in, in small letters."""
    return frozenset(phrase.casefold() for phrase in phrases(source))
