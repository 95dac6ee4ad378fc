"""How the press refers back to a speaker, in Arabic and English: alternatives, matched whole on folded words."""

from __future__ import annotations

from framing.lexicon_sources import ARABIC, ARABIC_BODIES, ARABIC_ROLES

_AR_SAID = (
    r"قال|أضاف|تابع|أكد|أشار|شدد|أوضح|ذكر|بين|لفت|رأى|اعتبر|أردف|استطرد|استدرك|ختم|اختتم|خلص|أعرب|نوه|صرح|أعلن|وصف|نفى|حذر|طالب|دعا|"
    r"كشف|زعم|عقب|علق|ندد|اتهم|اقترح|أجاب|رد|تساءل|استبعد|توقع|انتقد|رفض|أبدى|جدد|عبر|أقر|اعترف|أفاد|ألمح|لوح|زاد|مضى|واصل|أبلغ|تعهد|"
    r"هدد|استغرب|أيد|رحب|أدان|دان|حمل|نبه|رجح|وعد|كتب|شكا|حث|أعاد|جزم|روى|سرد|فسر|وجه"
)
_AR_SAYS = (
    r"قول|ضيف|تابع|ؤكد|شير|شدد|وضح|ذكر|بين|لفت|رى|عتبر|ستطرد|ستدرك|ختم|خلص|عرب|نوه|صرح|علن|صف|نفي|حذر|طالب|دعو|كشف|زعم|عقب|علق|"
    r"جيب|رد|تساءل|ستبعد|توقع|نتقد|رفض|بدي|جدد|عبر|قر|عترف|فيد|واصل|نبه|رجح|عتقد|كتب|شكو|حث|روي|مضي"
)
_AR_AND = r"[وف]?"
SAYS = (
    rf"{_AR_AND}(?:(?:{_AR_SAID})(?:ت|وا)?|قالت|رأت|نفت|دعت|ردت|أبدت|مضت|بينت|(?!يذكر)[يت](?:{_AR_SAYS})(?:ون)?)|"
    r"said|says|added|adds|told|noted|stressed|explained|continued|warned|stated|concluded|insisted|argued|replied|denied|"
    r"confirmed|emphasi[sz]ed|called|urged|demanded|praised|rejected|acknowledged|admitted|recalled|wrote"
)
BY = rf"{_AR_AND}(?:بحسب|حسب|وفق|وفقا)"  # "according to"
THEN = rf"{_AR_AND}(?:كما|ثم|قد|لكنه|لكنها|لكنهم|كذلك|أيضا|هنا|في)|but|and|also|however|then|yet|later"
ABOUT = (  # a question stands before the answer: "asked about ..., he said"
    rf"{_AR_AND}(?:ردا|حول|عن|بشأن|بخصوص|بصدد|فيما|لدى|تعليقا|إزاء|رده|معرض)"
)
PRONOUNS = r"he|she|they"
CLAUSE = r"(?:ب|ل)?(?:أن|إن)(?:ه|ها|هم|نا|ني|ك|كم)?|that"  # what is said begins here
OPENS = (  # no part of a name or title
    rf"{CLAUSE}|ألا|{_AR_AND}(?:في|من|عن|على|إلى|مع|بعد|قبل|خلال|عقب|أمام|لدى|إثر|هذا|ذلك|لا|ما|لم|لن|كان|قائلا|قائلة|مضيفا|مضيفة|"
    r"نفسه|نفسها|ذاته|ذاتها|أيضا|كذلك|حديثه|حديثها|ضرورة|أهمية|أمس|اليوم|أمله|قلقه|رفضه|استعداده|موقفه|[لب]|"
    r"لل\w+|بال\w+|ل(?:وكالة|قناة|صحيفة|مراسل\w*|موقع\w*|برنامج|إذاعة|شبكة\w*))|"
    r"in|on|at|to|from|after|before|during|when|while|by|with|as|last|earlier|monday|tuesday|wednesday|thursday|friday|saturday|sunday"
)
TITLES = rf"ال(?:{ARABIC_ROLES})(?:ان|ين|ون|ات)?"  # of somebody who was introduced, and not always of the same
NEW = (  # speaks for itself, or was not introduced before
    rf"{_AR_AND}(?:(?:ال)?(?:{ARABIC_BODIES})(?:ات|تي|تا|تان)?|(?:{ARABIC_ROLES})(?:ا|ان|ين|ون|ات)?|أحد|إحدى|بعض|عدد|إمام|آمر|شيخ|ثلاث\w*|أربع\w*|"
    rf"خمس\w*|التحالف|الحلف|الناتو|ال(?:بنتاغون|كرملين)|{ARABIC.states})|an?|one|two|some|it|there"
)
