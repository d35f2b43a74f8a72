"""The rules on words by which text is told that speaks to a model: a table, in several languages.

Each rule names words of which one must occur, in lower case, so that usual text costs a search for
these and no more, and a pattern. The rules look for orders (to ignore what was said, to be someone
else, to answer or cite in a given way, to send data away) and for forged structure (chat
templates, transcripts, heads of sources). They are narrow on purpose: reports about AI speak of
prompts and instructions all the time. Their cases stand in tests/unit/test_instructions.py.
"""

import re

# Empty lines count as one: from each of them on, the search for what follows would begin again.
_START = r"(?:^|(?<!\s)(?>\s*\n)|(?<=[.!?:;\"“”»(])|(?<=[.!?:;,] )|(?<=\band )|(?<=\bplease ))\s*+"
_WORDS = r"(?:[\w’'-]+\s+)"

_RULES: tuple[tuple[tuple[str, ...], str], ...] = (
    # Orders to drop what was said before.
    (
        ("instruction", "prompt", "directive"),
        r"\b(?:ignor(?:e|ing)|disregard|forget|overrid(?:e|ing)|bypass|neglect|do not follow|"
        r"don[’']t follow|stop following)\s+(?:(?:all|any|every|of|the|your|my|these|those|"
        r"previous|previously|"
        r"prior|above|earlier|preceding|foregoing|other|system|existing|original|developer|safety|"
        r"given|user[’']?s?)\s+){1,6}(?:instructions?|prompts?|directives)\b",
    ),
    (
        ("ignore", "disregard", "forget", "override"),
        r"\b(?:ignore|disregard|forget|override)\s+(?:(?:all|any|of|the|your|these|those)\s+){0,3}"
        r"(?:previous|prior|above|earlier|preceding|your|system|developer)\s+(?:system\s+)?"
        r"(?:rules|guidelines|guardrails|commands|context|messages?|sources|orders|text)\b",
    ),
    (
        ("ignore", "disregard", "forget"),
        r"\b(?:ignore|disregard|forget)\s+(?:everything|anything|all|what)\s+(?:that\s+)?(?:(?:is|was|"
        r"came|written|said|stated)\s+){0,2}(?:above|before\b|previously|you\s+(?:know|were|have\s+been|"
        r"are)\b|i\s+said)",
    ),
    # Orders to be someone else.
    (
        ("you are now", "you are no longer", "you will now act"),
        rf"\byou\s+(?:are|will)\s+(?:now|no longer)\s+(?:act(?:ing)?\s+as\s+)?(?:an?\s+|the\s+|"
        rf"my\s+|in\s+)?{_WORDS}{{0,4}}?(?:assistant|ai|model|chatbot|bot|dan|persona|mode|jailbroken|"
        rf"unrestricted|bound|restricted|pirate|expert|evil|helpful)\b",
    ),
    (
        ("from now on", "from this point on", "act as", "pretend", "roleplay"),
        r"\b(?:from\s+(?:now|this\s+point)\s+on,?\s+you\s+(?:are|will|must|should|shall|only)\b|"
        r"act\s+as\s+(?:an?|the|my)\s+(?:[\w-]+\s+){0,3}(?:assistant|ai|chatbot|language\s+model|llm)\b|"
        r"pretend\s+(?:that\s+)?you\s+are\b|roleplay\s+as\b)",
    ),
    (
        (
            "developer mode",
            "debug mode",
            "god mode",
            "dan mode",
            "jailbreak",
            "admin",
            "restricted m",
        ),
        r"\b(?:enter|enable|activate|switch\s+to|you\s+are\s+in)\s+(?:developer|debug|god|dan|jailbreak"
        r"|admin(?:istrator)?|unrestricted)\s+mode\b",
    ),
    # Words to a model.
    (
        (
            "language model",
            "llm",
            "chatbot",
            "assistant",
            "chatgpt",
            "claude",
            "gemini",
            "an ai",
            "to ai",
            "all ai",
            "any ai",
            " ai:",
        ),
        r"\b(?:as\s+an?\s+(?:ai|llm|(?:large\s+)?language\s+model|ai\s+(?:language\s+)?(?:model|"
        r"assistant)),?\s+(?:you|your|i\s+(?:can|must|am|will|have))\b|if\s+you\s+are\s+an?\s+(?:ai|llm|"
        r"(?:large\s+)?language\s+model|chatbot|ai\s+[\w-]+)\b|(?:notes?|messages?|attention|"
        r"instructions?|important)[:,]?\s+(?:to|for|all|any)\s+(?:(?:all|any|the)\s+)?(?:ai|llms?|"
        r"(?:large\s+)?language\s+models?|chatbots?|(?:ai\s+)?assistants?|ai\s+(?:models?|systems?|"
        r"agents?|readers?|reviewers?))\s*[:!—–]|(?:attention|dear|hey|hello)[,:]?\s+(?:ai|chatgpt|"
        r"claude|gemini|copilot|llm|(?:ai\s+)?assistant|language\s+model)\b)",
    ),
    (
        ("prompt", "message", "instruction"),
        r"\b(?:reveal|print|repeat|output|show|leak|display|disclose|override|replace|reset|update)\s+"
        r"(?:me\s+)?(?:(?:the|your|full|entire|whole|hidden|own|all)\s+)*(?:system|developer|initial|"
        r"hidden)\s+(?:prompts?|messages?|instructions?)\b|\b(?:new|updated)\s+system\s+(?:prompt|"
        r"message|instructions?)\b\s*:|\bsystem\s+prompt\s*:",
    ),
    # Orders on the answer.
    (
        ("respond ", "reply ", "answer ", "output "),
        _START
        + r"(?:you\s+(?:must|should|will|are to)\s+|always\s+)?(?:respond|reply|answer|output)\s+"
        r"(?:to\s+[\w ]{1,40}?\s+)?(?:only|exclusively|solely|just|nothing\s+but)\s+(?:with|in|by|"
        r"the|that|yes|no|[\"“'‘])",
    ),
    (
        ("you must", "you should", "you are to", "you will"),
        r"\byou\s+(?:must|should|are\s+to|will)\s+(?:now\s+|always\s+|only\s+|never\s+|instead\s+|not\s+)*"
        r"(?:respond|reply|output|obey|cite\s+(?:only\s+)?(?:source|this)|answer\s+(?:with|that|every|"
        r"all|any|only|in)|say\s+(?:that|[\"“'‘])|tell\s+the\s+(?:user|human))\b",
    ),
    (
        ("do not", "don't", "don’t", "never"),
        r"\b(?:do\s+not|don[’']t|never)(?<!we do not)(?<!they do not)(?<!who do not)"
        r"(?<!we never)\s+"
        r"(?:mention|reveal|tell|admit|acknowledge|cite|"
        r"repeat|warn)\s+(?:(?:to\s+)?the\s+(?:user|human|person\s+asking)\b|(?:any\s+of\s+)?(?:this|"
        r"these|the|your|any|other)\s+(?:above\s+|previous\s+|system\s+|other\s+)?(?:instructions?|"
        r"sources?|prompts?|passages?|hidden\s+text)\b|source\s+\d|anything\s+else)",
    ),
    (
        ("the user", "the human", "the person asking"),
        r"\b(?:tell|convince|persuade|assure|instruct|inform|advise)\s+the\s+(?:user|human|person\s+"
        r"asking)\s+(?:that|to|they|it|the|there)\b",
    ),
    (
        ("cite ", "quote ", "attribute "),
        _START + r"(?:(?:you\s+(?:must|should)|always|instead,?|only|then)\s+){0,4}(?:cite|quote|"
        rf"attribute\s+{_WORDS}{{0,4}}?to)\s+(?:only\s+)?(?:the\s+)?(?:source|passage)\s+(?:number\s+|no\.?\s*)?"
        r"\[?\d",
    ),
    (
        ("asked", "question"),
        r"\bwhen(?:ever)?\s+(?:(?:you\s+are|the\s+user|someone|anyone)\s+)?ask(?:ed|s)\s+(?:about|for|"
        r"whether|if|any|anything)?[^.\n]{0,80},\s*(?:always\s+|only\s+|you\s+(?:must|should)\s+)?(?:say|"
        r"answer|respond|reply|state|claim|output)\b|\b(?:answer|respond|reply)\s+(?:to\s+)?(?:any|every"
        r"|all)\s+(?:other\s+|future\s+|further\s+)?(?:questions?|queries|quer(?:y)|prompts?)\s+(?:with|"
        r"by)\b",
    ),
    # Forged structure.
    (
        ("<|", "[inst", "[/inst", "<<sys", "<</sys", "<s>"),
        r"<\|\s*\w{2,30}\s*\|>|\[/?INST\]|<</?SYS>>",
    ),
    (
        ("source", "system", "question", "assistant", "instruction"),
        r"</?\s*(?:sources?|system|question|assistant|instructions?)\b[^<>\n]{0,120}>",
    ),
    (
        ("system", "assistant", "instruction"),
        r"(?m)^[^\S\n]*+#{1,6}\s*+(?:system|assistant|instruction)\b[^\n:]{0,20}:|^[^\S\n]*+\[?system\]?\s*:\s*(?:you\b|"
        r"ignore\b|from\s+now|new\b|override|always\b|never\b|do\s+not\b|the\s+assistant)",
    ),
    (
        ("assistant:", "assistant :", "ai:"),
        r"(?m)^[ \t]*(?:human|user)\s?:[^\n]*\n(?:[^\n]*\n){0,5}?[ \t]*(?:assistant|ai)\s?:"
        r"|\b(?:human|user)\s?:[^\n]{1,200}\bassistant\s?:",
    ),
    (("source",), r"(?m)^[^\w\n]{0,4}source\s+\d{1,3}\s*\([^)\n]{3,120}\)\s*:"),
    (
        ("source", "context", "passages", "prompt", "instructions", "question"),
        r"[\[<({=*#-]{1,6}\s*(?:end|begin(?:ning)?|start)(?:\s+of)?(?:\s+the)?\s+(?:sources?|context|"
        r"passages|(?:system\s+)?prompt|instructions|user\s+(?:input|question)|question)\s*"
        r"[\])>}=*#-]{1,6}",
    ),
    # Sending data away.
    (("](http",), r"!\[[^\]\n]{0,200}\]\(\s*https?://[^)\s]{0,300}[?&=]"),
    (
        ("conversation", "chat", "question", "system prompt", "api key", "messages"),
        rf"\b(?:send|post|forward|e-?mail|upload|transmit|exfiltrate|leak)\s+{_WORDS}{{0,5}}?(?:"
        rf"conversations?|chat\s+(?:history|log)|this\s+chat|system\s+prompt|api\s+keys?|user[’']s\s+"
        rf"(?:question|data|messages?|query))\s+{_WORDS}{{0,5}}?to\b",
    ),
    # Other languages: the commonest forms.
    (
        ("instrucciones", "indicaciones", "órdenes", "reglas"),
        r"\b(?:ignor(?:a|e|ad|en)|olvid(?:a|e|ad|en)|descart(?:a|e)|omit(?:e|a)|haz\s+caso\s+omiso\s+"
        r"(?:de|a)|no\s+(?:hagas?|sigas?)(?:\s*caso\s+(?:de|a))?)\s+(?:(?:todas?|las?|de|tus|sus|"
        r"cualquier|estas)\s+){0,4}(?:instrucciones|indicaciones|órdenes|reglas)\b(?:\s+(?:anteriores|"
        r"previas|del\s+sistema))?",
    ),
    (
        (
            "ahora",
            "responde",
            "fuente",
            "menciones",
            "reveles",
            "modelo de lenguaje",
            "conversación",
        ),
        r"\b(?:ahora\s+eres\s+(?:un|una|el|la)\b|a\s+partir\s+de\s+ahora,?\s+(?:eres|responde|responderás|"
        r"debes|actúa|actuarás)\b|responde\s+(?:solo|sólo|solamente|únicamente|siempre)\s+(?:con|en|que)"
        r"\b|no\s+(?:menciones|reveles|digas)\s+(?:estas?|nada|la|las|que|este)\b|cita\s+(?:solo\s+|sólo\s+|"
        r"siempre\s+)?(?:la\s+)?fuente\s+\d|(?:eres|como)\s+un\s+(?:modelo\s+de\s+lenguaje|asistente\s+de"
        r"\s+ia),?\s+(?:debes|no|tú)\b|envía\s+(?:toda\s+)?(?:la|esta)\s+conversación\s+a\b)",
    ),
    (
        ("instructions", "consignes", "maintenant", "réponds", "répondez"),
        r"\b(?:(?:ignore[zr]?|oublie[zr]?|ne\s+(?:tiens|tenez)\s+(?:pas|aucun)\s+compte)\s+(?:de\s+)?"
        r"(?:toutes?\s+)?(?:les|tes|vos|ces|des)\s+(?:[\w’'-]+\s+)?(?:instructions|consignes)\b|(?:tu\s+es|"
        r"vous\s+êtes)\s+(?:maintenant|désormais)\s+une?\s+(?:assistante?|ia|modèle|pirate)\b|répond(?:s|"
        r"ez)\s+(?:uniquement|seulement|toujours)\s+(?:par|avec|en|que)\b)",
    ),
    (
        ("anweisung", "instruktion", "vorgaben", "du bist", "antworte"),
        r"\b(?:(?:ignorier(?:e|en\s+sie|t)|vergiss|vergessen\s+sie|missachte)\s+(?:[\w-]+\s+){0,3}"
        r"(?:anweisungen|instruktionen|vorgaben)\b|du\s+bist\s+(?:jetzt|nun|ab\s+sofort)\s+eine?\b|"
        r"antworte\s+(?:nur|ausschließlich|immer)\s+(?:mit|auf)\b)",
    ),
    (
        ("istruzioni", "ora sei", "rispondi", "instruções", "agora você", "responda"),
        r"\b(?:(?:ignora(?:te)?|dimentica(?:te)?)\s+(?:tutte\s+)?(?:le|queste|tue)\s+(?:\w+\s+)?istruzioni"
        r"\b|ora\s+sei\s+un\w?\b|rispondi\s+(?:solo|soltanto|sempre)\s+(?:con|in|che)\b|(?:ignor[ae]|esqueça|"
        r"desconsidere)\s+(?:todas\s+)?(?:as|suas|quaisquer)\s+(?:suas\s+)?(?:\w+\s+)?instruções\b|agora\s+"
        r"você\s+é\s+uma?\b|responda\s+(?:apenas|somente|sempre)\s+(?:com|em|que)\b)",
    ),
    (
        (
            "instructies",
            "opdrachten",
            "инструкц",
            "указани",
            "指令",
            "指示",
            "提示",
            "你现在",
            "プロンプト",
        ),
        r"\b(?:negeer|vergeet)\s+(?:\w+\s+){0,3}(?:instructies|opdrachten)\b|\b(?:игнорируй(?:те)?|забудь"
        r"(?:те)?)\s+(?:\w+\s+){0,3}(?:инструкц|указани)\w*|(?:忽略|无视|忽視|無視)[^。\n]{0,10}(?:指令|指示|提示)"
        r"|你现在是一|(?:指示|命令|プロンプト)を(?:すべて|全て)?(?:無視|忘れ)",
    ),
)

RULES = tuple((words, re.compile(rule, re.IGNORECASE)) for words, rule in _RULES)
"""The words of each rule, and its pattern."""
