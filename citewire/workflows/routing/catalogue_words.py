"""The phrases of questions about the reports themselves, by their part in it and by language.

In the form that `text.words` gives: folded, with single spaces between words.
"""

from typing import Literal

Language = Literal["en", "es", "de", "fr"]
LANGUAGES: tuple[Language, ...] = ("en", "es", "de", "fr")

Phrases = dict[Language, frozenset[str]]


def _phrases(**by_language: str) -> Phrases:
    """Phrases that stand between semicolons."""
    return {
        language: frozenset(
            " ".join(phrase.split())
            for phrase in by_language[language].split(";")
            if phrase.strip()
        )
        for language in LANGUAGES
    }


POLITE = _phrases(
    en="please; hi; hello; hey; so; ok; okay; and; well; now; then; thanks; first; can you;"
    "could you; would you; can you please; could you please; i want to know; i would like to know;"
    "i wonder;"
    "i'd like to know; can you tell me; could you tell me; here; right now; currently; so far;"
    "at the moment; in total; for me; exactly; actually; already; altogether; thank you; there",
    es="por favor; hola; y; bueno; ok; vale; puedes; podrias; puede; me puedes; me podrias;"
    "quiero saber; me gustaria saber; aqui; ahora; ahora mismo; actualmente; en total; gracias",
    de="bitte; hallo; und; also; ok; kannst du; konnen sie; konntest du; konnten sie;"
    "kannst du mir; konnen sie mir; ich mochte wissen; hier; jetzt; gerade; derzeit; aktuell;"
    "insgesamt; danke; eigentlich; alles; auf; an; mal",
    fr="s'il vous plait; s'il te plait; bonjour; salut; et; ok; alors; peux tu; pouvez vous;"
    "pourriez vous; peux tu me; pouvez vous me; je voudrais savoir; ici; maintenant;"
    "actuellement; en tout; au total; merci; donc",
)
"""What stands before or behind a question and says nothing of what is asked."""

ASKS = _phrases(
    en="which; what; how many; what are the; which are the; what are all the; what other;"
    "what sort of; what kind of; what kinds of; what types of; tell me which; tell me what;"
    "show me which; show me what; tell me how many; which other",
    es="que; cuales; cual; cuantos; cuantas; cuales son los; cuales son las; que otros; que otras;"
    "que tipo de; dime que; dime cuales; dime cuantos; muestrame que",
    de="welche; welchen; wie viele; wieviele; was fur; welche sind die; was sind die;"
    "welche anderen; sag mir welche; welche art von",
    fr="quels; quelles; quel; quelle; combien de; quels sont les; quelles sont les;"
    "quels sont vos; quels autres; quel genre de; quels types de; dis moi quels",
)
SHOWS = _phrases(
    en="list; show; show me; give me; give me a list of; list out; name; enumerate; tell me;"
    "display; what are the names of; what are the titles of; a list of; list all of; let me see;"
    "show me a list of; i want to see; tell me about",
    es="lista; listar; listame; muestra; muestrame; mostrar; ensename; dame; dime;"
    "dame una lista de; enumera; nombra; muestrame una lista de; quiero ver; una lista de",
    de="liste; liste mir; zeig; zeige; zeig mir; zeige mir; zeigen sie mir; nenne; nenne mir;"
    "nenn mir; gib mir; gib mir eine liste; gib mir eine liste aller; eine liste aller",
    fr="liste; listez; lister; liste moi; montre; montrez; montre moi; montrez moi; donne moi;"
    "donnez moi; donne moi la liste des; donnez moi la liste des; affiche; affichez; enumere;"
    "donne moi une liste des; la liste des",
)
HAVES = _phrases(
    en="do you have; do we have; do i have; have you got; is there; are there; do you hold;"
    "do you know of; do you know",
    es="tienes; tiene; tienen; tenemos; hay; dispones de; conoces",
    de="hast du; habt ihr; haben sie; gibt es; haben wir; kennst du",
    fr="as tu; avez vous; y a t il; tu as; vous avez; est ce que tu as; est ce que vous avez;"
    "avons nous; est ce qu'il y a; il y a",
)
"""What begins a question that is answered with yes or no."""

SURE = _phrases(
    en="do you have; do we have; do i have; have you got; you have; you've got; i have; we have;"
    "do you know; do you know of; do you hold; do you contain; do you have access to;"
    "you have access to; can you access; can you see; can you search; can you read; can you use;"
    "can i ask about; can i ask; can i search; can i ask you about; you know; you know of;"
    "did i upload; have i uploaded; i uploaded; i have uploaded; have been uploaded; have i got;"
    "were uploaded; are uploaded; are loaded; are indexed; have been indexed; that you have;"
    "that i uploaded; are in the library; are in your library; are in this library;"
    "are there in the library; are in the collection; are in your collection; in the library;"
    "in your library; in this library; in my library; in the collection; in your collection;"
    "in this collection; in your database; in your index; are in the system; does the library have;"
    "does the library contain; does this library have; does this library contain",
    es="tienes; tenemos; tengo; tienes disponibles; conoces; puedes consultar; puedo consultar;"
    "hay en la biblioteca; estan en la biblioteca; hay en tu biblioteca; en la biblioteca;"
    "en tu biblioteca; he subido; subi; que tienes; que tengo; tiene la biblioteca;"
    "contiene la biblioteca; puedes leer; puedes buscar",
    de="hast du; haben sie; habt ihr; haben wir; habe ich; kennst du; kennen sie; du hast;"
    "liegen dir vor; liegen ihnen vor; sind in der bibliothek; gibt es in der bibliothek;"
    "in der bibliothek; in deiner bibliothek; habe ich hochgeladen; sind hochgeladen;"
    "kannst du durchsuchen; hast du zur verfugung; stehen dir zur verfugung; die du hast;"
    "wurden hochgeladen; enthalt die bibliothek",
    fr="as tu; avez vous; tu as; vous avez; est ce que tu as; est ce que vous avez; ai je;"
    "sont dans la bibliotheque; dans la bibliotheque; dans ta bibliotheque; connais tu;"
    "connaissez vous; peux tu consulter; pouvez vous consulter; que tu as; que vous avez;"
    "dont tu disposes; dont vous disposez; contient la bibliotheque; ai je telecharges",
)
"""What says that reports are asked for which are here."""

UNSURE = _phrases(
    en="are there; are available; available; is there; is available; are here; there are;"
    "that are available; exist",
    es="hay; disponibles; hay disponibles; estan disponibles; tiene; existen; que hay;"
    "tienen; que estan disponibles",
    de="gibt es; sind verfugbar; sind vorhanden; verfugbaren; vorhandenen; sind da; verfugbar;"
    "stehen zur verfugung; es gibt; liegen vor; vorhanden",
    fr="y a t il; il y a; sont disponibles; disponibles; est ce qu'il y a; qu'il y a; existent",
)
"""The same, if nothing else is said: a report may tell of others that are available, too."""

RELATES = _phrases(
    en="are about; is about; talk about; talks about; deal with; deals with; mention; mentions;"
    "cover; covers; discuss; discusses; are on; that are about; that mention; that cover;"
    "that talk about; that deal with; that discuss; which mention; which cover",
    es="hablan de; habla de; tratan de; trata de; tratan sobre; trata sobre; mencionan; menciona;"
    "hablan sobre; que hablan de; que hablen de; que tratan de; que traten de; que mencionan",
    de="handeln von; handelt von; erwahnen; erwahnt; behandeln; behandelt; sind uber;"
    "die von; handeln",
    fr="parlent de; parle de; traitent de; traite de; mentionnent; mentionne; portent sur;"
    "qui parlent de; qui traitent de; qui mentionnent; qui portent sur; concernent",
)
PREPOSITIONS = _phrases(
    en="about; on; from; of; by; for; regarding; concerning; covering; mentioning; with; in; dated",
    es="sobre; de; del; acerca de; en; por; para; con; relativos a",
    de="uber; zu; zum; zur; von; vom; aus; fur; mit; im; in; des; der",
    fr="sur; de; du; des; a propos de; concernant; pour; par; en; au sujet de",
)
"""What stands before that which reports are asked about."""

NOUNS = _phrases(
    en="reports; report; documents; document; files; file; pdfs; pdf; papers; paper; filings;"
    "filing; publications; publication",
    es="informes; informe; documentos; documento; archivos; archivo; pdfs; pdf; reportes; reporte;"
    "ficheros; fichero; memorias; memoria",
    de="berichte; bericht; berichten; dokumente; dokument; dokumenten; dateien; datei; pdfs; pdf;"
    "unterlagen; geschaftsberichte; geschaftsbericht; geschaftsberichten; studien; studie",
    fr="rapports; rapport; documents; document; fichiers; fichier; pdfs; pdf",
)
FILLERS = _phrases(
    en="the a an any all some of your my our other different more every each kind kinds type types"
    " sort sorts available here fiscal year years entire whole full complete titled called named"
    " and or to that which are is company companies".replace(" ", ";"),
    es="el la los las un una unos unas algun alguno algunos algunas todo toda todos todas de tu tus"
    " mis mi otro otros otra otras ano anos ejercicio y o que disponibles empresa".replace(
        " ", ";"
    ),
    de="der die das den dem des ein eine einen einer alle allen aller deine deinen meine meinen"
    " andere anderen jahr jahre jahren und oder verfugbaren vorhandenen irgendwelche von"
    " firma".replace(" ", ";"),
    fr="le la les un une des de du tous toutes tout vos tes mes autres annee annees et ou"
    " disponibles quelques entreprise".replace(" ", ";"),
)
"""What says nothing of which reports are meant."""

WHOLE = _phrases(
    en="what do you have; what have you got; what is in the library; what's in the library;"
    "what is in your library; what's in your library; what is in this library;"
    "what's in this library; what is in the collection; what's in the collection; what is in here;"
    "what's in here; list the library; show me the library; what does the library contain;"
    "what did i upload; what have i uploaded; what is in my library; what's in my library;"
    "what are these reports about; what are the reports about; what are these documents about;"
    "what are the documents about; what are your reports about; what can i ask about",
    es="que tienes; que hay en la biblioteca; que contiene la biblioteca; muestra la biblioteca;"
    "muestrame la biblioteca; de que tratan los informes; de que tratan estos informes;"
    "de que tratan los documentos; que he subido; que hay en tu biblioteca",
    de="was hast du; was ist in der bibliothek; was gibt es in der bibliothek;"
    "was enthalt die bibliothek; zeig mir die bibliothek; worum geht es in den berichten;"
    "wovon handeln die berichte; wovon handeln diese berichte; was habe ich hochgeladen",
    fr="qu'as tu; qu'avez vous; qu'y a t il dans la bibliotheque; que contient la bibliotheque;"
    "qu'est ce que tu as; qu'est ce qu'il y a dans la bibliotheque; montre moi la bibliotheque;"
    "de quoi parlent les rapports; de quoi parlent ces rapports; de quoi traitent les rapports;"
    "de quoi parlent les documents; qu'est ce que vous avez",
)
"""Whole questions for all that is here."""

ABOUT = _phrases(
    en="what is x about; what's x about; what is x all about; what's x all about;"
    "what does x cover; what does x deal with; what does x talk about; what is the topic of x;"
    "what is the subject of x; what's x deal with; what topics does x cover;"
    "what subjects does x cover; how many pages does x have; how many pages are in x;"
    "how many pages has x; what was x about",
    es="de que trata x; de que va x; de que habla x; sobre que trata x; cual es el tema de x;"
    "cual es el tema del x; de que es x; que temas trata x; cuantas paginas tiene x",
    de="worum geht es in x; worum geht es im x; wovon handelt x; was ist das thema von x;"
    "um was geht es in x; was behandelt x; welche themen behandelt x; wie viele seiten hat x",
    fr="de quoi parle x; de quoi traite x; quel est le sujet de x; quel est le sujet du x;"
    "sur quoi porte x; de quoi s'agit il dans x; combien de pages compte x; combien de pages a x;"
    "quel est le theme de x",
)
"""What asks of a report what it is about; it stands in place of the x."""

ABOUT_THIS = _phrases(
    en="what is x; what's x; what does x contain; what does x say; tell me about x; what is in x;"
    "tell me more about x; tell me something about x; describe x; what kind of report is x;"
    "what kind of document is x; what sort of document is x; which report is x;"
    "which document is x; what's in x; give me an overview of x; what are the contents of x;"
    "how long is x; what does x describe; what document is x; what report is x;"
    "what can you tell me about x",
    es="que es x; que contiene x; que dice x; hablame de x; cuentame de x; describe x;"
    "que informe es x; que documento es x; que hay en x; que tipo de documento es x;"
    "hablame del x; hablame sobre x; que clase de documento es x",
    de="was ist x; was steht in x; was steht im x; was enthalt x; beschreibe x;"
    "was fur ein bericht ist x; erzahl mir von x; erzahl mir etwas uber x;"
    "welcher bericht ist x; was ist in x; wie lang ist x",
    fr="qu'est ce que x; que contient x; que dit x; decris x; decrivez x; parle moi de x;"
    "parlez moi de x; quel est x; qu'y a t il dans x; c'est quoi x; quel rapport est x;"
    "parle moi du x",
)
"""The same, if it only points at a report: of other things it asks something else."""

SUMS_UP = _phrases(
    en="summarise x; summarize x; sum up x; give me a summary of x; summary of x; a summary of x;"
    "give a summary of x; provide a summary of x; what are the main points of x;"
    "what are the key points of x; give me the main points of x",
    es="resume x; resumeme x; resumen de x; resumen del x; haz un resumen de x;"
    "haz un resumen del x;"
    "dame un resumen de x; dame un resumen del x; cuales son los puntos principales de x",
    de="fasse x zusammen; fass x zusammen; fassen sie x zusammen; eine zusammenfassung von x;"
    "gib mir eine zusammenfassung von x",
    fr="resume x; resumez x; resume moi x; un resume de x; un resume du x; fais un resume de x;"
    "fais moi un resume de x; faites un resume de x; donne moi un resume de x",
)
"""What a model answers better than the catalogue; without one, the catalogue does."""

POINTS = _phrases(
    en="this; that; the; this same; the same; the whole; this whole; the entire; this annual;"
    "the annual; the attached; the uploaded; my; your",
    es="este; esta; ese; esa; el; la; este mismo; el mismo; mi; al; del",
    de="dieser; diesem; diesen; dieses; diese; der; dem; den; das; die; dem selben; demselben;"
    "derselbe; mein; meinem",
    fr="ce; cet; cette; le; la; ce meme; le meme; mon; du",
)
"""What stands before the noun of a report that only is pointed at."""

PRONOUNS = _phrases(
    en="it; this; that; this one; that one",
    es="este; esta; ese; esto; eso; el",
    de="es; er; dieser; dieses; das; darin; ihm; diesem",
    fr="il; t il; celui ci; ce; ca; cela",
)
