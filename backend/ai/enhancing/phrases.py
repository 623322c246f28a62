"""The words of the built-in rewrite, in the languages that it writes. One ``Phrases`` each; all say the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Phrases:
    """What the rewrite adds in one language.

    ``common``: everyday words by which the language is known. ``says_goal`` and ``says_audience``: words of a prompt that has
    these already. ``form`` is for a prompt that names none; ``contents`` are by kind: what a drawing of that kind should show.
    """

    common: frozenset[str]
    says_goal: tuple[str, ...]
    says_audience: tuple[str, ...]
    goal: str
    audience: str
    form: str
    details: str
    show: str
    layout: str
    contents: Mapping[str, tuple[str, ...]]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ENGLISH = Phrases(
    _words("the a an of and to for with how our we my is are in on that this make create show please need want"),
    ("goal", "so that", "in order to", "purpose"),
    ("audience", "beginners", "for the team", "for customers", "for new", "for my", "for our", "stakeholders"),
    "Goal: whoever sees it understands the whole at a glance and knows what comes next.",
    "Audience: people who see this for the first time; no jargon that is not explained.",
    "Form: flow chart.",
    "Take up all of this",
    "Show",
    "Layout: labels of two to five words, one idea in each shape, at most about 15 shapes, a clear title.",
    {
        "flowchart": (
            "where it begins and where it ends",
            "every step in its order, named by a verb",
            "each decision, with what happens on yes and on no",
            "what happens when something goes wrong",
        ),
        "mind_map": (
            "the topic in the centre",
            "four to six main branches",
            "two to four concrete examples on each branch",
        ),
        "board": (
            "one column for each category, named by a word or two",
            "three to six concrete cards in each column",
            "the most important card first",
        ),
        "table": (
            "a header that names each column",
            "one row for each thing that is compared",
            "comparable, concrete values in the cells",
        ),
        "outline": ("three to six headings in a sensible order", "two to five short points below each"),
    },
)
GERMAN = Phrases(
    _words(
        "der die das ein eine und für mit wie wir unser unsere ist sind zu von im den dem bitte erstelle zeige mach"
    ),
    ("ziel", "damit ", "zweck"),
    ("zielgruppe", "anfänger", "für das team", "für kunden", "für neue", "für unser", "für mein"),
    "Ziel: Wer es sieht, versteht das Ganze auf einen Blick und weiß, was als Nächstes kommt.",
    "Zielgruppe: Menschen, die das zum ersten Mal sehen; keine Fachwörter ohne Erklärung.",
    "Form: Ablaufdiagramm.",
    "Das alles soll vorkommen",
    "Zeige",
    "Gestaltung: Beschriftungen aus zwei bis fünf Wörtern, ein Gedanke je Form, höchstens etwa 15 Formen, ein klarer Titel.",
    {
        "flowchart": (
            "wo es beginnt und wo es endet",
            "jeden Schritt in seiner Reihenfolge, mit einem Verb benannt",
            "jede Entscheidung, und was bei Ja und bei Nein geschieht",
            "was geschieht, wenn etwas schiefgeht",
        ),
        "mind_map": (
            "das Thema in der Mitte",
            "vier bis sechs Hauptäste",
            "zwei bis vier konkrete Beispiele an jedem Ast",
        ),
        "board": (
            "eine Spalte je Kategorie, mit ein oder zwei Wörtern benannt",
            "drei bis sechs konkrete Karten in jeder Spalte",
            "die wichtigste Karte zuerst",
        ),
        "table": (
            "eine Kopfzeile, die jede Spalte benennt",
            "eine Zeile für jedes, was verglichen wird",
            "vergleichbare, konkrete Werte in den Zellen",
        ),
        "outline": ("drei bis sechs Überschriften in sinnvoller Folge", "zwei bis fünf kurze Punkte unter jeder"),
    },
)
FRENCH = Phrases(
    _words("le la les un une des et pour avec comment nous notre nos est sont du de dans que fais crée montre sur"),
    ("but ", "objectif", "afin de", "pour que"),
    ("public", "débutants", "pour l'équipe", "pour les clients", "pour notre", "pour mon", "pour nos"),
    "Objectif : qui le voit comprend l'ensemble d'un coup d'œil et sait ce qui vient ensuite.",
    "Public : des personnes qui le voient pour la première fois ; pas de jargon sans explication.",
    "Forme: logigramme.",
    "Reprends tout ceci",
    "Montre",
    "Mise en page : libellés de deux à cinq mots, une idée par forme, une quinzaine de formes au plus, un titre clair.",
    {
        "flowchart": (
            "où cela commence et où cela finit",
            "chaque étape dans son ordre, nommée par un verbe",
            "chaque décision, avec ce qui se passe si oui et si non",
            "ce qui se passe en cas de problème",
        ),
        "mind_map": (
            "le sujet au centre",
            "quatre à six branches principales",
            "deux à quatre exemples concrets par branche",
        ),
        "board": (
            "une colonne par catégorie, nommée d'un ou deux mots",
            "trois à six cartes concrètes par colonne",
            "la carte la plus importante d'abord",
        ),
        "table": (
            "un en-tête qui nomme chaque colonne",
            "une ligne pour chaque chose comparée",
            "des valeurs concrètes et comparables dans les cellules",
        ),
        "outline": ("trois à six titres dans un ordre logique", "deux à cinq points courts sous chacun"),
    },
)
SPANISH = Phrases(
    _words("el la los las un una y para con cómo nuestro nuestra es son de del en que por crea haz muestra quiero"),
    ("objetivo", "para que", "con el fin"),
    ("público", "principiantes", "para el equipo", "para clientes", "para nuestro", "para nuestros", "para mi"),
    "Objetivo: quien lo vea entiende el conjunto de un vistazo y sabe qué viene después.",
    "Público: personas que lo ven por primera vez; sin jerga que no se explique.",
    "Forma: diagrama de flujo.",
    "Recoge todo esto",
    "Muestra",
    "Diseño: etiquetas de dos a cinco palabras, una idea por figura, unas 15 figuras como máximo, un título claro.",
    {
        "flowchart": (
            "dónde empieza y dónde termina",
            "cada paso en su orden, con un verbo",
            "cada decisión, con lo que pasa si es sí y si es no",
            "qué pasa cuando algo falla",
        ),
        "mind_map": (
            "el tema en el centro",
            "de cuatro a seis ramas principales",
            "de dos a cuatro ejemplos concretos por rama",
        ),
        "board": (
            "una columna por categoría, con una o dos palabras",
            "de tres a seis tarjetas concretas por columna",
            "la tarjeta más importante primero",
        ),
        "table": (
            "un encabezado que nombra cada columna",
            "una fila para cada cosa que se compara",
            "valores concretos y comparables en las celdas",
        ),
        "outline": ("de tres a seis títulos en un orden lógico", "de dos a cinco puntos cortos en cada uno"),
    },
)
PORTUGUESE = Phrases(
    _words("o a os as um uma e para com como nosso nossa é são do da em que por crie faça mostre não quero"),
    ("objetivo", "para que", "a fim de"),
    ("público", "iniciantes", "para a equipe", "para clientes", "para o nosso", "para nossos", "para meu"),
    "Objetivo: quem vê entende o conjunto num relance e sabe o que vem a seguir.",
    "Público: pessoas que veem isto pela primeira vez; sem jargão que não seja explicado.",
    "Forma: fluxograma.",
    "Inclua tudo isto",
    "Mostre",
    "Apresentação: rótulos de duas a cinco palavras, uma ideia por forma, no máximo umas 15 formas, um título claro.",
    {
        "flowchart": (
            "onde começa e onde termina",
            "cada passo na sua ordem, com um verbo",
            "cada decisão, com o que acontece se sim e se não",
            "o que acontece quando algo dá errado",
        ),
        "mind_map": (
            "o tema no centro",
            "de quatro a seis ramos principais",
            "de dois a quatro exemplos concretos por ramo",
        ),
        "board": (
            "uma coluna por categoria, com uma ou duas palavras",
            "de três a seis cartões concretos por coluna",
            "o cartão mais importante primeiro",
        ),
        "table": (
            "um cabeçalho que dá nome a cada coluna",
            "uma linha para cada coisa comparada",
            "valores concretos e comparáveis nas células",
        ),
        "outline": ("de três a seis títulos numa ordem lógica", "de dois a cinco pontos curtos em cada um"),
    },
)
ITALIAN = Phrases(
    _words("il lo la i gli le un una e per con come nostro nostra è sono di del della in che fai crea mostra voglio"),
    ("obiettivo", "affinché", "allo scopo"),
    ("pubblico", "principianti", "per il team", "per i clienti", "per il nostro", "per i nostri", "per il mio"),
    "Obiettivo: chi lo vede capisce l'insieme a colpo d'occhio e sa che cosa viene dopo.",
    "Pubblico: persone che lo vedono per la prima volta; nessun gergo senza spiegazione.",
    "Forma: diagramma di flusso.",
    "Riprendi tutto questo",
    "Mostra",
    "Impaginazione: etichette di due-cinque parole, un'idea per forma, al massimo una quindicina di forme, un titolo chiaro.",
    {
        "flowchart": (
            "dove comincia e dove finisce",
            "ogni passo nel suo ordine, con un verbo",
            "ogni decisione, con che cosa succede se sì e se no",
            "che cosa succede quando qualcosa va storto",
        ),
        "mind_map": (
            "il tema al centro",
            "da quattro a sei rami principali",
            "da due a quattro esempi concreti per ramo",
        ),
        "board": (
            "una colonna per categoria, con una o due parole",
            "da tre a sei schede concrete per colonna",
            "prima la scheda più importante",
        ),
        "table": (
            "un'intestazione che dà un nome a ogni colonna",
            "una riga per ogni cosa confrontata",
            "valori concreti e confrontabili nelle celle",
        ),
        "outline": ("da tre a sei titoli in un ordine logico", "da due a cinque punti brevi sotto ciascuno"),
    },
)
RUSSIAN = Phrases(
    _words("и в на для с как наш наша это мы что по из от нарисуй создай покажи сделай нужно"),
    ("цель", "чтобы", "для того"),
    ("аудитория", "новичк", "для команды", "для клиентов", "для нов", "для наш"),
    "Цель: тот, кто это увидит, сразу поймёт целое и будет знать, что дальше.",
    "Аудитория: люди, которые видят это впервые; никакого жаргона без пояснений.",
    "Вид: блок-схема.",
    "Учесть всё это",
    "Показать",
    "Оформление: подписи из двух–пяти слов, одна мысль на фигуру, не больше 15 фигур, ясный заголовок.",
    {
        "flowchart": (
            "где начинается и где заканчивается",
            "каждый шаг по порядку, названный глаголом",
            "каждое решение: что происходит при «да» и при «нет»",
            "что происходит, если что-то пошло не так",
        ),
        "mind_map": ("тему в центре", "от четырёх до шести главных ветвей", "по два–четыре примера на каждой ветви"),
        "board": (
            "по колонке на каждую категорию, названную одним-двумя словами",
            "по три–шесть конкретных карточек в колонке",
            "самую важную карточку первой",
        ),
        "table": (
            "заголовок, называющий каждый столбец",
            "по строке на всё, что сравнивается",
            "сопоставимые, конкретные значения в ячейках",
        ),
        "outline": ("от трёх до шести заголовков в разумном порядке", "по два–пять коротких пунктов под каждым"),
    },
)
CHINESE = Phrases(
    frozenset(),
    ("目标", "目的", "以便"),
    ("受众", "面向", "新手", "初学者"),
    "目标：看到它的人一眼就能理解整体，并知道下一步是什么。",
    "受众：第一次看到它的人；不使用未解释的术语。",
    "形式：流程图。",
    "包含以下全部内容",
    "请展示",
    "版式：每个标签简短，每个图形一个要点，最多约 15 个图形，标题清晰。",
    {
        "flowchart": (
            "从哪里开始、到哪里结束",
            "按顺序列出每一步，用动词命名",
            "每个判断：是与否各会怎样",
            "出错时会怎样",
        ),
        "mind_map": ("主题放在中心", "四到六个主要分支", "每个分支两到四个具体例子"),
        "board": ("每个类别一栏，用一两个词命名", "每栏三到六张具体的卡片", "最重要的卡片放在最前"),
        "table": ("表头写明每一列", "每个比较对象一行", "单元格里是具体、可比较的内容"),
        "outline": ("三到六个标题，顺序合理", "每个标题下两到五个简短要点"),
    },
)

BY_WORDS = (ENGLISH, GERMAN, FRENCH, SPANISH, PORTUGUESE, ITALIAN, RUSSIAN)
