"""Commands as templates: what people write when they ask for a change, in the languages of the vocabulary.

``add|insert {new} after {a}``: words between bars are alternatives, braces are names. ``{new}`` and ``{label}`` are
new texts, ``{a}`` and ``{b}`` name what is on the canvas. Templates with more names come first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from backend.ai.planner.text import ALL_QUOTES
from backend.ai.planner.vocabulary import alternatives, pattern

Action = Literal["between", "after", "before", "alone", "connect", "disconnect", "rename", "remove"]

# A connector that occurs more often in a command is part of names, too; only so many places are tried.
MAX_PLACES = 12

TEMPLATES: tuple[tuple[Action, str], ...] = (
    # English
    ("between", "add|insert|put|place|create {new} between|in between {a} and|& {b}"),
    ("between", "between {a} and {b} add|insert|put|place|create {new}"),
    ("after", "add|insert|put|place|append|create {new} after|behind|following|right after|directly after {a}"),
    ("after", "after|behind {a} add|insert|put|place|append {new}"),
    (
        "before",
        "add|insert|put|place|prepend|create {new} before|in front of|ahead of|right before|directly before {a}",
    ),
    ("before", "before {a} add|insert|put|place|prepend {new}"),
    (
        "connect",
        "connect|link|join {a} to|with|and {b} with the label|with label|labelled|labeled|label|saying|as {label}",
    ),
    (
        "connect",
        "draw an arrow from|draw a line from|add an arrow from|add arrow from|add a connection from|arrow from {a} to {b} "
        "with the label|with label|labelled|labeled|label|saying {label}",
    ),
    ("connect", "label the arrow from|label the connection from|label arrow from {a} to {b} as|with {label}"),
    (
        "connect",
        "draw an arrow from|draw a line from|add an arrow from|add arrow from|add a connection from|arrow from {a} to {b}",
    ),
    ("connect", "add an arrow between|add a connection between|draw an arrow between|draw a line between {a} and {b}"),
    ("connect", "connect|link|join {a} to|with|and {b}"),
    ("disconnect", "disconnect|unlink|detach|separate {a} from|and {b}"),
    (
        "disconnect",
        "remove the arrow from|delete the arrow from|remove arrow from|delete arrow from|remove the connection from|"
        "delete the connection from|remove the line from|delete the line from {a} to {b}",
    ),
    (
        "disconnect",
        "remove the arrow between|delete the arrow between|remove arrow between|remove the connection between|"
        "delete the connection between|remove the line between {a} and {b}",
    ),
    ("rename", "rename|relabel {a} to|as|into {label}"),
    (
        "rename",
        "change|update the text of|change the text of|change the label of|change the name of {a} to|into {label}",
    ),
    ("rename", "replace {a} with|by {label}"),
    ("remove", "remove|delete|drop|erase|get rid of {a}"),
    (
        "alone",
        "add a node called|add a box called|add a step called|"
        "add node|add a node|add box|add a box|add a shape|add shape {new}",
    ),
    # German
    ("between", "füge|fügen sie|setze|ergänze {new} zwischen {a} und {b} ein|hinzu"),
    ("between", "füge|setze|ergänze {new} zwischen {a} und {b}"),
    ("after", "füge|fügen sie|setze|ergänze|hänge {new} nach|hinter {a} ein|hinzu|an"),
    ("after", "füge|setze|ergänze {new} nach|hinter {a}"),
    ("after", "füge|setze|ergänze nach|hinter {a} {new} ein|hinzu"),
    ("before", "füge|fügen sie|setze|ergänze {new} vor {a} ein|hinzu"),
    ("before", "füge|setze|ergänze {new} vor {a}"),
    (
        "connect",
        "verbinde|verbinden sie {a} mit|und {b} mit der beschriftung|beschriftung|mit dem text|beschriftet mit {label}",
    ),
    ("connect", "verbinde|verbinden sie {a} mit|und {b}"),
    ("disconnect", "trenne|löse {a} von|und {b}"),
    ("disconnect", "entferne den pfeil von|lösche den pfeil von {a} nach|zu {b}"),
    ("rename", "benenne|nenne {a} in|zu {label} um"),
    ("rename", "benenne {a} um in|um zu {label}"),
    ("rename", "ändere|ersetze {a} in|zu|durch {label}"),
    ("remove", "entferne|lösche|entfernen sie|löschen sie {a}"),
    # French
    ("between", "ajoute|ajoutez|ajouter|insère|insérez|insérer {new} entre {a} et {b}"),
    ("after", "ajoute|ajoutez|ajouter|insère|insérez|insérer {new} après {a}"),
    ("before", "ajoute|ajoutez|ajouter|insère|insérez|insérer {new} avant {a}"),
    (
        "connect",
        "relie|reliez|connecte|connectez|connecter|relier {a} à|et|avec|au {b} avec le libellé|avec l'étiquette {label}",
    ),
    ("connect", "relie|reliez|connecte|connectez|connecter|relier {a} à|et|avec|au {b}"),
    ("disconnect", "déconnecte|déconnectez|sépare {a} de|du|et {b}"),
    ("rename", "renomme|renommez|renommer|remplace|remplacez {a} en|par {label}"),
    ("remove", "supprime|supprimez|supprimer|retire|retirez|enlève|enlevez {a}"),
    # Spanish
    ("between", "añade|añadir|agrega|agregar|inserta|insertar {new} entre {a} y {b}"),
    ("after", "añade|añadir|agrega|agregar|inserta|insertar {new} después de|tras {a}"),
    ("before", "añade|añadir|agrega|agregar|inserta|insertar {new} antes de {a}"),
    ("connect", "conecta|conectar|une|enlaza {a} con|a|y {b} con la etiqueta {label}"),
    ("connect", "conecta|conectar|une|enlaza {a} con|a|y {b}"),
    ("disconnect", "desconecta|desconectar|separa {a} de|y {b}"),
    ("rename", "renombra|renombrar|cambia {a} a|como|por {label}"),
    ("remove", "elimina|eliminar|borra|borrar|quita|quitar {a}"),
    # Portuguese
    ("between", "adicione|adicionar|insira|acrescente {new} entre {a} e {b}"),
    ("after", "adicione|adicionar|insira|acrescente {new} depois de|após {a}"),
    ("before", "adicione|adicionar|insira|acrescente {new} antes de {a}"),
    ("connect", "conecte|ligue {a} a|com|ao|à|e {b}"),
    ("disconnect", "desconecte|desligue {a} de|do|da|e {b}"),
    ("rename", "renomeie|renomear|mude|altere {a} para|como {label}"),
    ("remove", "remova|remover|apague|exclua {a}"),
    # Italian
    ("between", "aggiungi|inserisci {new} tra|fra {a} e {b}"),
    ("after", "aggiungi|inserisci {new} dopo {a}"),
    ("before", "aggiungi|inserisci {new} prima di {a}"),
    ("connect", "collega|connetti {a} a|con|e {b}"),
    ("disconnect", "scollega {a} da|e {b}"),
    ("rename", "rinomina|cambia {a} in {label}"),
    ("remove", "rimuovi|togli|cancella {a}"),
    # Dutch
    ("between", "voeg {new} tussen {a} en {b} toe|in"),
    ("after", "voeg {new} toe na|in na {a}"),
    ("after", "voeg {new} na {a} toe|in"),
    ("before", "voeg {new} toe voor|in voor {a}"),
    ("before", "voeg {new} voor {a} toe|in"),
    ("connect", "verbind {a} met|en {b}"),
    ("rename", "hernoem|wijzig|verander {a} naar|in {label}"),
    ("remove", "verwijder|wis {a}"),
    # Polish
    ("between", "dodaj|wstaw {new} między|pomiędzy {a} a|i {b}"),
    ("after", "dodaj|wstaw {new} po|za {a}"),
    ("before", "dodaj|wstaw {new} przed {a}"),
    ("connect", "połącz {a} z|i {b}"),
    ("rename", "zmień nazwę {a} na {label}"),
    ("remove", "usuń|skasuj {a}"),
    # Russian and Ukrainian
    ("between", "добавь|добавьте|вставь|вставьте|додай|додайте|встав {new} между|між {a} и|і|та {b}"),
    ("after", "добавь|добавьте|вставь|вставьте|додай|додайте|встав {new} после|за|після {a}"),
    ("before", "добавь|добавьте|вставь|вставьте|додай|додайте|встав {new} перед {a}"),
    ("connect", "соедини|соедините|свяжи|з'єднай {a} с|со|и|з|та|і {b}"),
    ("disconnect", "отсоедини|отсоедините|разъедини {a} от|и {b}"),
    ("rename", "переименуй|переименуйте|перейменуй|замени|измени {a} в|на {label}"),
    ("remove", "удали|удалите|убери|уберите|видали|видаліть|прибери {a}"),
    # Chinese
    ("between", "在 {a} 和|与 {b} 之间添加|之间插入|之间加入|之间加 {new}"),
    ("after", "在 {a} 之后添加|之后插入|之后加入|后添加|后插入|后面添加|后面插入|后加入|后面加 {new}"),
    ("before", "在 {a} 之前添加|之前插入|之前加入|前添加|前插入|前面添加|前面插入|前加入|前面加 {new}"),
    ("connect", "连接|把|将 {a} 连接到|和|与|到 {b}"),
    ("rename", "把|将 {a} 改名为|重命名为|改为|改成 {label}"),
    ("remove", "删除|移除|去掉 {a}"),
    # Japanese
    ("between", "{a} と {b} の間に {new} を追加|を挿入|を入れる"),
    ("after", "{a} の後に|のあとに|の次に {new} を追加|を挿入|を入れる"),
    ("before", "{a} の前に {new} を追加|を挿入|を入れる"),
    ("connect", "{a} と|を {b} をつなぐ|を接続|に接続|につなぐ|をつなげて"),
    ("rename", "{a} を|の名前を {label} に変更|に改名"),
    ("remove", "{a} を削除|を消す|を消して"),
)

_SLOT = re.compile(r"\s*\{(\w+)\}\s*")


@dataclass(frozen=True, slots=True)
class Match:
    """A way to read a command: what to do, and the text in each place of the template."""

    action: Action
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Pattern:
    action: Action
    slots: tuple[str, ...]
    opening: re.Pattern[str] | None
    between: tuple[re.Pattern[str], ...]
    closing: re.Pattern[str] | None


def matches(command: str) -> Iterator[Match]:
    """Every way in which the templates fit a command, the most specific template first."""
    quoted = _quoted_spans(command)
    for each in _patterns():
        opening = each.opening.match(command) if each.opening else None
        if each.opening and opening is None:
            continue
        closing = each.closing.search(command) if each.closing else None
        if each.closing and closing is None:
            continue
        start = opening.end() if opening else 0
        end = closing.start() if closing else len(command)
        for names in _divisions(command, start, end, each.between, quoted):
            if all(names):
                yield Match(each.action, dict(zip(each.slots, names, strict=True)))


def begins_command(text: str) -> bool:
    """Whether a text begins with the verb of a command."""
    return _verbs().match(text) is not None


def _divisions(
    text: str, start: int, end: int, connectors: tuple[re.Pattern[str], ...], quoted: list[tuple[int, int]]
) -> Iterator[list[str]]:
    """The names between the connectors, for every choice of where the connectors stand."""
    if not connectors:
        yield [text[start:end].strip()]
        return
    places = 0
    for place in connectors[0].finditer(text, start, end):
        if any(opened < place.start() < closed for opened, closed in quoted):
            continue
        places += 1
        if places > MAX_PLACES:
            return
        for rest in _divisions(text, place.end(), end, connectors[1:], quoted):
            yield [text[start : place.start()].strip(), *rest]


def _quoted_spans(text: str) -> list[tuple[int, int]]:
    """Where quoted names are; an apostrophe inside a word opens none."""
    spans = []
    position = 0
    while position < len(text):
        ends = ALL_QUOTES.get(text[position], "")
        opens = ends and (position == 0 or not text[position - 1].isalnum() or not text[position].isascii())
        closing = min((at for end in ends if (at := text.find(end, position + 1)) > 0), default=-1) if opens else -1
        if closing > 0:
            spans.append((position, closing))
            position = closing
        position += 1
    return spans


@cache
def _patterns() -> tuple[_Pattern, ...]:
    return tuple(_pattern(action, template) for action, template in TEMPLATES)


def _pattern(action: Action, template: str) -> _Pattern:
    parts = _SLOT.split(template)
    literals, slots = parts[0::2], parts[1::2]

    return _Pattern(
        action,
        tuple(slots),
        pattern(literals[0], prefix=r"\s*+") if literals[0] else None,
        tuple(pattern(literal) for literal in literals[1:-1]),
        pattern(literals[-1], suffix=r"\s*$") if literals[-1] else None,
    )


@cache
def _verbs() -> re.Pattern[str]:
    openings = {literal for _, template in TEMPLATES for literal in _SLOT.split(template)[0].split("|") if literal}
    return re.compile(r"\s*" + alternatives(openings), re.IGNORECASE)
