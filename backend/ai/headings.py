"""Headings of forms that have always the same ones, in the languages that people ask in most: nothing for a model to think up."""

from __future__ import annotations

from collections.abc import Mapping

SWOT = {
    "Arabic": ("نقاط القوة", "نقاط الضعف", "الفرص", "التهديدات"),
    "Chinese": ("优势", "劣势", "机会", "威胁"),
    "Dutch": ("Sterke punten", "Zwakke punten", "Kansen", "Bedreigingen"),
    "English": ("Strengths", "Weaknesses", "Opportunities", "Threats"),
    "French": ("Forces", "Faiblesses", "Opportunités", "Menaces"),
    "German": ("Stärken", "Schwächen", "Chancen", "Risiken"),
    "Hindi": ("ताकत", "कमज़ोरियाँ", "अवसर", "खतरे"),
    "Italian": ("Punti di forza", "Punti di debolezza", "Opportunità", "Minacce"),
    "Japanese": ("強み", "弱み", "機会", "脅威"),
    "Korean": ("강점", "약점", "기회", "위협"),
    "Polish": ("Mocne strony", "Słabe strony", "Szanse", "Zagrożenia"),
    "Portuguese": ("Forças", "Fraquezas", "Oportunidades", "Ameaças"),
    "Russian": ("Сильные стороны", "Слабые стороны", "Возможности", "Угрозы"),
    "Spanish": ("Fortalezas", "Debilidades", "Oportunidades", "Amenazas"),
    "Swedish": ("Styrkor", "Svagheter", "Möjligheter", "Hot"),
    "Turkish": ("Güçlü yönler", "Zayıf yönler", "Fırsatlar", "Tehditler"),
    "Ukrainian": ("Сильні сторони", "Слабкі сторони", "Можливості", "Загрози"),
}

RETROSPECTIVE = {
    "Arabic": ("ما سار جيدا", "ما يحتاج إلى تحسين", "الإجراءات"),
    "Chinese": ("做得好的", "需要改进的", "行动"),
    "Dutch": ("Wat ging goed", "Wat kan beter", "Acties"),
    "English": ("What went well", "What to improve", "Actions"),
    "French": ("Ce qui a bien marché", "À améliorer", "Actions"),
    "German": ("Was lief gut", "Was zu verbessern ist", "Maßnahmen"),
    "Hindi": ("क्या अच्छा रहा", "क्या सुधारना है", "कार्य"),
    "Italian": ("Cosa è andato bene", "Cosa migliorare", "Azioni"),
    "Japanese": ("良かった点", "改善点", "アクション"),
    "Korean": ("잘된 점", "개선할 점", "실행 항목"),
    "Polish": ("Co poszło dobrze", "Co poprawić", "Działania"),
    "Portuguese": ("O que correu bem", "O que melhorar", "Ações"),
    "Russian": ("Что прошло хорошо", "Что улучшить", "Действия"),
    "Spanish": ("Qué salió bien", "Qué mejorar", "Acciones"),
    "Swedish": ("Vad gick bra", "Vad kan bli bättre", "Åtgärder"),
    "Turkish": ("İyi gidenler", "Geliştirilecekler", "Aksiyonlar"),
    "Ukrainian": ("Що пройшло добре", "Що покращити", "Дії"),
}

CUSTOMER_JOURNEY = {
    "Arabic": ("الأفعال", "الأفكار", "المشاعر", "الفرص"),
    "Chinese": ("行为", "想法", "感受", "机会"),
    "Dutch": ("Acties", "Gedachten", "Gevoelens", "Kansen"),
    "English": ("Actions", "Thoughts", "Feelings", "Opportunities"),
    "French": ("Actions", "Pensées", "Émotions", "Opportunités"),
    "German": ("Handlungen", "Gedanken", "Gefühle", "Chancen"),
    "Hindi": ("कार्य", "विचार", "भावनाएँ", "अवसर"),
    "Italian": ("Azioni", "Pensieri", "Emozioni", "Opportunità"),
    "Japanese": ("行動", "思考", "感情", "機会"),
    "Korean": ("행동", "생각", "감정", "기회"),
    "Polish": ("Działania", "Myśli", "Emocje", "Szanse"),
    "Portuguese": ("Ações", "Pensamentos", "Sentimentos", "Oportunidades"),
    "Russian": ("Действия", "Мысли", "Чувства", "Возможности"),
    "Spanish": ("Acciones", "Pensamientos", "Emociones", "Oportunidades"),
    "Swedish": ("Handlingar", "Tankar", "Känslor", "Möjligheter"),
    "Turkish": ("Eylemler", "Düşünceler", "Duygular", "Fırsatlar"),
    "Ukrainian": ("Дії", "Думки", "Почуття", "Можливості"),
}

STAGES = {
    "Arabic": ("الاكتشاف", "التفكير", "الشراء", "الاستخدام", "العودة"),
    "Chinese": ("了解", "考虑", "购买", "使用", "再次光顾"),
    "Dutch": ("Ontdekken", "Overwegen", "Kopen", "Gebruiken", "Terugkomen"),
    "English": ("Discover", "Consider", "Buy", "Use", "Come back"),
    "French": ("Découvrir", "Réfléchir", "Acheter", "Utiliser", "Revenir"),
    "German": ("Entdecken", "Abwägen", "Kaufen", "Nutzen", "Wiederkommen"),
    "Hindi": ("खोज", "विचार", "खरीद", "उपयोग", "वापसी"),
    "Italian": ("Scoprire", "Valutare", "Acquistare", "Usare", "Tornare"),
    "Japanese": ("認知", "検討", "購入", "利用", "再訪"),
    "Korean": ("발견", "고려", "구매", "사용", "재방문"),
    "Polish": ("Odkrycie", "Rozważanie", "Zakup", "Używanie", "Powrót"),
    "Portuguese": ("Descobrir", "Considerar", "Comprar", "Usar", "Voltar"),
    "Russian": ("Знакомство", "Выбор", "Покупка", "Использование", "Возвращение"),
    "Spanish": ("Descubrir", "Considerar", "Comprar", "Usar", "Volver"),
    "Swedish": ("Upptäcka", "Överväga", "Köpa", "Använda", "Återkomma"),
    "Turkish": ("Keşfetme", "Değerlendirme", "Satın alma", "Kullanma", "Geri gelme"),
    "Ukrainian": ("Знайомство", "Вибір", "Покупка", "Користування", "Повернення"),
}


def in_language(headings: Mapping[str, tuple[str, ...]], language: str | None) -> tuple[str, ...]:
    """The headings in a language; in English where they are not known in it."""
    return headings.get(language or "English", headings["English"])
