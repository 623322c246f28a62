"""Which form everyday words speak of where none is named: “how …” is a way of steps, “ideas for …” a mind map.

Small models choose badly, and what is plain need not be asked. Whatever is not plain is left to the model.
"""

from __future__ import annotations

import re


def _any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE | re.DOTALL)


# The first that occurs decides: what can mean one form only comes before what many sentences have.
CUES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "swot",
        _any_of(
            r"\bstrengths?\b.*\bweakness",
            r"\bstärken\b.*\bschwächen\b",
            r"\bforces\b.*\bfaiblesses\b",
            r"\bfortalezas\b.*\bdebilidades\b",
            r"\bforças\b.*\bfraquezas\b",
            r"\bсильные\b.*\bслабые\b",
            "强项.*弱项|优势.*劣势",
        ),
    ),
    (
        "retrospective",
        _any_of(
            r"\bwent (?:well|badly|wrong)\b",
            r"\b(?:gut|schlecht|schief)(?: ge)?(?:lief|laufen|gegangen)|\blief (?:\w+ )?(?:gut|schlecht|schief)\b",
            r"\bbien (?:passé|marché)\b",
            r"\bsalió (?:bien|mal)\b",
            r"\bcorreu (?:bem|mal)\b|\bdeu (?:certo|errado)\b",
            r"\bпрошло (?:хорошо|плохо)\b|\bчто получилось\b",
            "よかったこと|良かった点",
        ),
    ),
    (
        "customer_journey",
        _any_of(
            r"\b(?:customer|guest|visitor|patient|buyer|shopper|user)s?\b.*\b(?:experienc|feel)",
            r"\b(?:kunde|kundin|gast|gäste|besucher|patient)\w*\b.*\b(?:erleb|fühl|empfind)",
            r"\b(?:client|visiteur|invité|patient)e?s?\b.*\b(?:vit|vivent|ressent)",
            r"\b(?:cliente|huésped|visitante|paciente|hóspede)s?\b.*\b(?:vive|siente|sente)",
        ),
    ),
    (
        "organisation_chart",
        _any_of(
            r"\bwho (?:leads|manages|supervises|reports)\b|\breports? to\b|\breporting lines?\b",
            r"\b(?:structure|hierarchy) of (?:our|the|a|my)\b.*\b(?:company|team|firm|department|club|school|hospital|ministry)",
            r"\bchain of command\b|\bhierarchy of\b",
            r"\bwer (?:\w+ )*(?:wem|wen) |\bunter(?:steht|stellt)\b|\bhierarchie\b|\bchef(?:in)? von\b",
            r"\bqui (?:dirige|encadre)\b|\bhiérarchie\b",
            r"\bquién (?:dirige|reporta|manda)\b|\bjerarquía\b",
            r"\bquem (?:lidera|chefia|responde)\b|\bhierarquia\b",
            r"\bподчин|\bиерархия\b",
            "上司|部下|上下级",
        ),
    ),
    (
        "comparison",
        _any_of(
            r"\bdifferences?\b.*\b(?:between|of)\b|\bdiffers?\b",
            r"\bor\b.*\b(?:which|better|cheaper|choose)\b|\b(?:which|better|choose|pick)\b.*\bor\b",
            r"\bunterschied|\boder\b.*\b(?:besser|lieber|günstiger)\b|\b(?:besser|lieber)\b.*\boder\b",
            r"\bdifférences?\b|\bou\b.*\b(?:mieux|meilleur)",
            r"\bdiferencias?\b|\bmejor\b.*\bo\b",
            r"\bdiferenças?\b|\bmelhor\b.*\bou\b",
            r"\bразличи|\bотлича|\bлучше\b.*\bили\b|\bили\b.*\bлучше\b",
            "区别|不同点|違い",
        ),
    ),
    (
        "board",
        _any_of(
            r"\bto[ -]?do\b.*\b(?:doing|done|progress)\b|\b(?:in progress|in work)\b",
            r"\bin arbeit\b|\berledigt\b",
            r"\bà faire\b.*\b(?:en cours|fait)",
            r"\bpendiente\b.*\b(?:hecho|curso|progreso)|\ba fazer\b.*\b(?:feito|andamento)",
            r"\bсделано\b|\bв работе\b",
            "进行中|進行中",
        ),
    ),
    (
        "timeline",
        _any_of(
            r"\bhistory of\b|\bmilestones?\b|\bbiography\b|\blife of [A-Z]",
            r"\b(?:key|major|main|important) (?:dates|events)\b",
            r"\b(?:next|coming|first) (?:\w+ )?(?:weeks|months|quarters|years)\b",
            r"\bgeschichte (?:der|des|von|vom)\b|\bmeilensteine?\b|\bereignisse\b|\bdas leben von\b|\blebenslauf\b",
            r"\bhistoire d[eu']|\bla vie d[eu']|\bjalons\b|\bchronologi",
            r"\bhistoria del?\b|\bhitos\b|\bla vida de\b",
            r"\bhistória d[aoe]\b|\bmarcos\b|\ba vida d[aeo]\b",
            r"\bистори[яию]\b|\bэтапы развития\b|\bжизнь [А-ЯЁ]",
            "历史|歴史|の生涯|历程",
            r"\b(?:1[5-9]|20)\d\d\b.*\b(?:1[5-9]|20)\d\d\b",
        ),
    ),
    (
        "table",
        _any_of(
            r"\bschedule\b|\btime ?tables?\b|\brota\b|\broster\b|\bweek by week\b",
            r"\b(?:which|per|each|every) (?:week)?day\b",
            r"\bstundenplan\b|\b\w*dienstplan\b|\bwochenplan\b|\ban welchem tag\b|\bspeiseplan\b",
            r"\bemploi du temps\b|\bplanning\b",
            r"\bhorarios?\b|\bcronograma semanal\b",
            r"\bрасписание\b|\bграфик дежурств\b",
            "时间表|课程表|時間割",
        ),
    ),
    (
        "flowchart",
        _any_of(
            # Not “how severe is it”, which asks for a degree.
            r"\bhow (?!(?:many|much|long|old|often|big|far)\b)"
            r"(?!\w+ (?:it |they |he |she |that |this )?(?:is|are|was|were|should|can|do|does|will)\b)\w+",
            r"\bwhat happens\b|\bwhat (?:to do|must \w+ do|do \w+ do)\b.*\b(?:when|if|after|once|before)\b|\bsteps\b",
            r"\bwie (?!(?:viel|viele|lange|oft|alt|groß|weit|teuer)\b)(?!\w+ (?:ist|sind|war|soll|kann)\b)\w+",
            r"\bwas (?:passiert|geschieht|tun)\b|\bschritte\b|\bläuft\b.*\bab\b",
            r"\bcomment\b|\bque (?:se passe-t-il|faire)\b|\bdéroulement\b",
            r"\bcómo\b|\bqué (?:pasa|hacer)\b",
            r"\bcomo (?:funciona|fazer|é|se|são|um|uma)\b|\bo que (?:acontece|fazer)\b|\bpassos\b|\betapas\b",
            r"\bкак (?!много|долго|часто)\w+|\bчто (?:делать|происходит|будет, если)\b|\bшаги\b|\bпорядок действий\b",
            "手順|やり方|方法|どうやって|仕組み|如何|怎么|怎樣|步骤|步驟",
            r"كيف|خطوات|ماذا يحدث",
            r"कैसे|क्या होता है|चरण",
            r"\b(?:cycle|lifecycle|life cycle|kreislauf)\b",
        ),
    ),
    (
        "mind_map",
        _any_of(
            r"\bideas?\b|\baspects?\b|\bcauses\b|\breasons\b|\bfactors\b|\bthink of\b",
            r"\beverything (?:about|around|one|i|we|you)\b",
            r"\bideen\b|\baspekte\b|\bursachen\b|\bgründe\b|\balles (?:rund um|über|zum|zur)\b",
            r"\bidées\b|\baspects\b|\braisons\b",
            r"\baspectos\b|\bcausas\b|\bideias\b",
            r"\bидеи\b|\bпричины\b|\bаспекты\b",
            "アイデア|想法|创意|点子|原因",
            r"أفكار|विचार",
        ),
    ),
    (
        "list",
        _any_of(
            r"\bshopping\b|\bpacking\b|\bgrocer(?:y|ies)\b|\bingredients\b|\bthings to \w+\b",
            r"\beinkauf\b|\beinkaufen\b|\bpacken\b|\bzutaten\b",
            r"\bcourses\b|\bingrédients\b|\bvalise\b",
            r"\bcompras\b|\bingredientes\b|\bmaleta\b",
            r"\bпокупки\b|\bингредиенты\b|\bвещи\b",
            "买东西|购物|買い物|材料|持ち物",
        ),
    ),
)


def form_spoken_of(instructions: str) -> str | None:
    """The name of the form that the words of ``instructions`` make plain, None when a model is to choose."""
    return next((name for name, pattern in CUES if pattern.search(instructions)), None)
