"""Small talk, thanks and questions about the service, told by rule.

A message is small talk only if all of its words are: "hi! ignore the reports" and "what was the
hello campaign?" are questions. English, Spanish and a little Chinese.
"""

import re

from citewire.text.words import fold, is_stop_word, listed, words
from citewire.workflows.routing.replies import Wanting

_CORES: dict[Wanting, frozenset[str]] = {
    "thanks": listed(
        "thanks thank thx ty thankyou cheers appreciated appreciate helps gracias agradezco"
        " agradecido agradecida helpful helped"
    ),
    "farewell": listed("bye goodbye cya farewell see adios chao hasta"),
    "greeting": listed(
        "hi hello hey hiya howdy yo greetings morning afternoon evening night hola buenos buenas"
        " saludos ok okay great perfect cool nice lol haha awesome wow sup vale genial perfecto"
        " bien sure fine good alright"
    ),
}
_FILLERS = listed(
    "there everyone all you your youre you're it its it's that that's thats this i i'm im me my we"
    " is was am are very so much many really for the a an to of and with now then see later soon"
    " talk tomorrow meet day have too again just help info information answer needed need wanted"
    " know got understood lot bunch amazing best welcome friend mate please sounds very well done"
    " glad pleased wonderful excellent brilliant super bot assistant everything"
    " muy muchas mucho mil por la el tu su ayuda todo dias tardes noches luego pronto manana vista"
    " que tal eso es lo de te le y a ha sido util amable encantado encantada igualmente"
)
_HOW_ARE_YOU = re.compile(
    r"^(?:(?:hi|hello|hey|hola|so|good \w+|buen[oa]s \w+)[\s,!.]*)?"
    r"(?:how(?:'s| is| are) (?:you|it|things|life|everything|your day)(?: (?:doing|going"
    r"|today|all))*"
    r"|what's up|whats up|que tal(?: estas?| todo)?|como (?:estas?|te va|andas|va))$"
)
_ABOUT_SUBJECT = re.compile(
    r"\b(?:you|your|yourself)\b|\bthis (?:service|tool|app|bot|assistant|site|chat|chatbot|thing)\b"
    r"|^help(?: me)?(?: please)?$|\b(?:eres|puedes|funcionas|sabes|hablas|recuerdas|ayudarme|ayuda"
    r"|este (?:servicio|bot|asistente|chat))\b"
)
_ABOUT_WORDS = listed(
    "model models language languages work works help kind kinds sort type types question questions"
    " human bot robot ai machine person real assistant service tool app site chat chatbot thing"
    " speak understand remember previous conversation conversations name called based built made"
    " created use used using answer answers ask purpose capable capabilities able today do"
    " puedes eres funcionas sabes hablas recuerdas servicio bot asistente modelo idioma idiomas"
    " preguntas pregunta humano robot maquina ayudarme ayuda ayudar hacer haces sirve sirves llamas"
    " nombre responder preguntar preguntarte responde"
)
_ASKS_ABOUT = re.compile(
    r"^(?:please )?(?:what|who|whom|which|how|are|can|could|do|does|will|is|help|que"
    r"|quien|como|en que"
    r"|cual|eres|puedes|sabes|hablas|recuerdas|para que|ayuda)\b"
)
_CHINESE: tuple[tuple[Wanting, re.Pattern[str]], ...] = (
    (
        "thanks",
        re.compile(
            r"(?:非常|十分|太|多)?(?:感谢|谢谢|多谢|謝謝|感謝)(?:你|您|了|啊|大家|你的帮助)*"
        ),
    ),
    ("farewell", re.compile(r"(?:再见|再見|拜拜|回头见|明天见)(?:了|啦)?")),
    (
        "greeting",
        re.compile(r"(?:你好|您好|嗨|哈喽|早上好|早安|早|下午好|晚上好|晚安|好的|好)(?:啊|呀|吗)?"),
    ),
    (
        "about",
        re.compile(
            r"(?:你|您|这个(?:服务|机器人|助手))(?:是谁|是什么|叫什么(?:名字)?|能(?:做|干)(?:什么|些什么)"
            r"|会(?:做|干)?什么|可以做什么|是(?:人|真人|机器人)(?:吗|还是机器人)?|怎么用|有什么(?:用|功能))"
        ),
    ),
)
_SIGNS = re.compile(r"[^\w\s'’?¿!¡.,;:-]+")


def wanting_of(message: str) -> Wanting | None:
    """What a message that wants no report wants; None for all others."""
    bare = message.strip(" \t\n.,;:!！。？?¡¿~")
    for wanting, said in _CHINESE:
        if said.fullmatch(bare):
            return wanting
    folded = " ".join(_SIGNS.sub(" ", fold(message)).split()).strip(" .,;:!?¡¿")
    if _HOW_ARE_YOU.match(folded):
        return "greeting"
    if _is_about(message, folded):
        return "about"
    return None if "?" in message else _chatter(folded)


def _chatter(folded: str) -> Wanting | None:
    said = words(folded.replace("’", "'"))
    for wanting, cores in _CORES.items():
        if any(word in cores for word in said):
            known = frozenset[str]().union(*_CORES.values()) | _FILLERS
            return wanting if all(word in known for word in said) else None
    return None


def _is_about(message: str, folded: str) -> bool:
    if not (_ABOUT_SUBJECT.search(folded) and _ASKS_ABOUT.match(folded)):
        return False
    if len(re.findall(r"[.?!](?:\s|$)", message.strip())) > 1:
        return False  # more is said than that
    return all(word in _ABOUT_WORDS or is_stop_word(word) for word in words(folded))
