"""How the press of six languages names a force. Written in natural spelling; matched on folded text.

A force is named outright (``OUTRIGHT``), or by a military noun beside the name of its state (``STATES`` with
``NOUNS``: "Turkish bases", "القوات الأمريكية"), or, once it has been named, by a bare noun (``BARE``: "the mission").
Patterns are lower case after folding, so upper-case classes such as ``\\W`` cannot be used in them.
"""

from __future__ import annotations

KNOWN_TARGETS = ("us_coalition", "nato", "iran", "turkey", "foreign_forces")
DEFAULT_TARGET = "foreign_forces"

# Clitics before an Arabic word: and/so, with/like/for/s, the article.
AL = r"(?:[وف]?(?:لل|[بكل]?ال|[بكل])?)"

OUTRIGHT: dict[str, tuple[str, ...]] = {
    "us_coalition": (
        AL + r"تحالف (?:ال)?(?:دولي|عالمي)",
        AL + r"تحالف (?:الذي )?(?:ب?قيادة|تقوده|يقوده) (?:واشنطن|الولايات المتحدة|امريكا|اميركا)",
        AL + r"(?:قوات|قوة|بعثة|طيران|طائرات|مقاتلات|قواعد|دول|مهمة|قيادة|مستشاري|غارات|ضربات|جنود|قائد) التحالف",
        r"[وفبل]?(?:ال)?(?:امريكان|اميركان|مارينز)",
        r"(?:(?:u\.?s\.?|us|american|united states|washington)[ -]led )?(?:(?:international|global|anti-isis|anti-is|anti-daesh) )+(?:military )?coalition",
        r"(?:u\.?s\.?|american)[ -]led (?:military |global |international )*(?:coalition|forces|mission|troops)",
        r"coalition(?:'s|’s)? (?:forces|troops|aircraft|jets|mission|advisers|advisors|trainers|base|bases|convoy|strikes?|airstrikes?|presence|soldiers?|personnel)",
        r"u\.?s\. central command|centcom|inherent resolve",
        r"ائتلاف (?:بین ?المللی|جهانی|ضد داعش|به رهبری (?:امریکا|ایالات متحده|واشنگتن))|نیروهای ائتلاف",
        r"هاوپەیمانی? ?(?:یی?)?(?:ی)? نێودەوڵەتی|هاوپەیمانا(?:ن|نی)(?: نێودەوڵەتی)?|(?:هێزەکانی|سوپای) هاوپەیمان\w*",
        r"(?:uluslararası|küresel) koalisyon\w*|koalisyon (?:güçleri|kuvvetleri|askerleri|uçakları)\w*|abd(?: |'nin |’nin )(?:liderliğindeki|öncülüğündeki) (?:\w+ )?(?:koalisyon|güç)\w*",
        r"coalition (?:internationale|mondiale|anti-?daech|antidjihadiste|dirigee par|menee par|conduite par)|forces de la coalition",
    ),
    "nato": (
        r"[وفبلك]{0,2}(?:ال)?ناتو",
        AL + r"(?:حلف )?(?:ال)?(?:شمال )?(?:ال)?[اأ]طلسي",
        r"nato(?:'s|’s|[’']\w+)?|north atlantic (?:alliance|treaty organi[sz]ation)|nmi",
        r"ناتۆ\w*|پەیمانی باکووری ئەتڵەسی|پیمان اتلانتیک شمالی|ناتو",
        r"otan|alliance atlantique|atlantik ittifakı",
    ),
    "iran": (
        AL + r"حرس الثوري|" + AL + r"فيلق القدس|[وفبل]{0,2}قوة القدس",
        r"irgc|(?:islamic )?revolutionary guards?(?: corps)?|(?:quds|qods) (?:force|corps)",
        r"سپاه|پاسداران|نیروی قدس|سپای پاسداران|سوپای پاسداران|(?:سوپای|هێزی|فەیلەقی) قودس|پاسدارانی شۆڕش",
        r"devrim muhafızlar\w*|kudüs gücü\w*",
        r"gardiens de la revolution|pasdarans?|force al-?qods|brigade al-?qods",
    ),
    "turkey": (
        r"tsk|mehmetçi\w*|türk silahlı kuvvetleri\w*|[bp]aşika üssü\w*",
        # only behind its noun, since the word also means "leaving"
        r"(?:نیروهای|سربازان|نظامیان|ارتش|مربیان|پایگاه‌های|پهپادهای|جنگنده‌های|افسران|مستشاران|یگان‌های|تانک‌های|توپخانه|حضور) ترک(?! (?:عراق|خاک|کشور|این|ک|نک|می|نمی|خواه|شد))",
    ),
    "foreign_forces": (
        r"(?:unifil|russian|wagner|africa corps) (?:forces|troops|fighters|mercenaries)|wagner|[وفبل]{0,2}فاغنر|[وفبل]{0,2}يونيفيل",
    ),
}  # fmt: skip

# The state of a force, as a name or an adjective. The fifth stands for any other state and for "foreign".
STATES: dict[str, str] = {
    "us_coalition": (
        AL + r"(?:امريكي|اميركي)\w*|" + AL + r"ولايات المتحدة|[وفبل]?(?:امريكا|اميركا|واشنطن)|"
        r"u\.?s\.?|american|united states|washington(?:'s|’s)?|"
        r"(?:امریکا|آمریکا)\w*|ایالات متحده|ئەم[ەێ]?ریک\w+|"
        r"abd(?:[’']\w+)?|amerikan|washington[’']\w+|"
        r"americaine?s?|etats-unis"
    ),
    "iran": (
        AL + r"[ا]يراني\w*|[وفبل]?ايران|[وفبل]?طهران|iran(?:'s|’s|[’']\w+)?|iranian|tehran(?:'s|’s)?|ایران\w*|ئێران\w*|iranlı|iranienn?e?s?|teheran"
    ),
    "turkey": (
        AL + r"تركي\w*|[وفبل]?تركيا|[وفبل]?انقره|turkey(?:'s|’s)?|turkiye(?:'s|’s|[’']\w+)?|turkish|ankara(?:'s|’s|[’']\w+)?|"
        r"ترکی\w*|آنکارا|تورک\w*|ئەنقەرە|türk|turc|turcs|turque|turques|turquie"
    ),
    "foreign_forces": (
        AL + r"(?:[اأ]جنبي|غربي|روسي|فرنسي|بريطاني|[اأ]لماني|ايطالي|كندي|[اأ]سترالي|[ا]سرائيلي|دنماركي|هولندي|صيني|متعدد)\w*|"
        r"foreign(?! (?:ministr|minister|office|affairs|secretar|policy|(?:terrorist )?fighter))|western|russian|french|british|german|italian|canadian|australian|israeli|danish|dutch|spanish|russia's|france's|britain's|"
        r"خارجی|بیگانه|روسیه|روسی|فرانسه\w*|فرانسوی|بریتانیا\w*|انگلیسی?|آلمانی?|بیانی|بێگانە\w*|ڕووسیا\w*|فەڕەنسا\w*|فەرەنسی|بەریتانیا\w*|ئەڵمان\w*|"
        r"yabancı|rus|rusya[’']\w+|fransız|ingiliz|alman|batılı|italyan|"
        r"(?<!affaires )(?<!combattants )etrangere?s?|russes?|francaise?s?|britanniques?|allemande?s?|occidentales?|occidentaux|italienn?e?s?"
    ),
}  # fmt: skip

# "An Iranian-backed militia" is not Iran's force.
NOT_BACKED = r"(?!-(?:backed|led|aligned|linked|allied|made|sponsored))"

# "Western officials" are no force, also where some force is spoken of in the sentence.
NEVER_ALONE = r"غربي|western|occident|batılı"

# What a force consists of and does.
NOUNS = (
    AL + r"(?:قوات|جيوش|ضابط|مستشاريها|مستشاروها|جنودها|قواتها|مستشاريه|قواته|قواعدها|جيشها|معدات|مدرعة|مدرعات|آليات|دبابات|قوة|قوى|جيش|جنود|جندي|عسكر|عسكري|عسكريين|قواعد|قاعدة|وجود|تواجد|حضور|مستشار\w*|مدرب\w*|خبراء|طائرات|طائرة|طيران|"
    r"مسي[ر]ات|مسيرة|مقاتلات|مروحيات|قصف|ضربات|ضربة|غارات|غارة|عمليات|عملية|توغل\w*|انتشار|معسكر\w*|تدخل\w*|احتلال|"
    r"هجوم|هجمات|مدفعية|وحدات|بعثة|مهمة|نقاط|ثكنات|اجتياح|صواريخ|صاروخ|ارتال|رتل|نفوذ|تحالف|ضباط|عناصر|انسحاب|عدوان|"
    r"اعتداء\w*|انتهاك\w*|دور|دعم|تدريب|كتيبة|فصائل|كوماندوس|قناصة|دوريات|دورية|رادار\w*|ذخائر|خروقات|خرق)|"
    r"(?:forces|force|troops?|soldiers?|military|army|bases?|presence|advis[eo]rs?|trainers?|instructors|contingents?|aircraft|warplanes|jets|"
    r"drones?|shelling|air ?strikes?|strikes?|raids?|operations?|incursions?|deployments?|outposts?|camps?|intervention|occupation|"
    r"attacks?|artillery|units?|mission|garrisons?|missiles?|convoys?|influence|withdrawal|personnel|commandos|bombardment|bombing|"
    r"officers?|role|support|training|gunners|tanks?|generals|posts?|positions|brigade|battalion|helicopters?|footprint)|"
    r"(?:نیرو\w*|نظامیان|ارتش|سرباز\w*|پایگاه\w*|حضور|مستشار\w*|مشاور\w*|مربی\w*|جنگنده\w*|پهپاد\w*|حمل(?:ه|ات)|عملیات|مداخله|اشغال\w*|"
    r"بمباران|موشک\w*|توپخانه|خروج|نفوذ|نقش|ماموریت|مأموریت|یگان\w*|سرتیپ|افسر\w*|تانک\w*)|"
    r"(?:هێز\w*|سوپا\w*|سەرباز\w*|بنکە\w*|بوون\w*|ڕاوێژکار\w*|ڕاهێنەر\w*|فڕۆکە\w*|درۆن\w*|بۆردومان\w*|تۆپباران\w*|هێرش\w*|ئۆپەراسیۆن\w*|"
    r"کشانەوە\w*|دەستوەردان\w*|داگیرکار\w*|مووشەک\w*|ئەرک\w*|نفوز\w*|مانەوە\w*|مەشقپێکەر\w*|ئەفسەر\w*|تۆپ\w*)|"
    r"(?:güç\w*|gücü\w*|kuvvet\w*|asker\w*|ordu\w*|subay\w*|tank\w*|personel\w*|drone\w*|dron\w*|general\w*|üs|üss\w*|üsler\w*|varlığ\w*|danışman\w*|eğitmen\w*|uçak\w*|uçağ\w*|iha\w*|siha\w*|operasyon\w*|"
    r"saldırı\w*|harekat\w*|harekât\w*|bombardıman\w*|müdahale\w*|işgal\w*|birlik\w*|birliğ\w*|misyon\w*|topçu\w*|füze\w*|nüfuz\w*|çekil\w*)|"
    r"(?:forces?|troupes?|soldats?|militaires?|armee|bases?|presence|conseillers?|instructeurs?|avions?|drones?|frappes?|bombardements?|"
    r"operations?|incursions?|intervention|occupation|contingents?|retrait|influence|mission|raids?|tirs?|missiles?|unites|role|officiers?|convois?|chars?|convoi)"
)  # fmt: skip

# Of these only what stands beside its state: an attack, a role or support is anybody's, also in a sentence on some state.
ANYBODYS = (
    AL + r"(?:هجوم|هجمات|دعم|دور|تدريب|نفوذ|عناصر|اعتداء\w*|معدات)|"
    r"(?:attacks?|support|role|influence|training|camps?|posts?|positions|bombing|presence|missiles?|generals|operations?)"
)

# The people of a state, spoken of as its force ("the Americans left"). "Foreign fighters" are an armed group's volunteers.
PEOPLE: dict[str, str] = {
    "us_coalition": r"[وفبلك]{0,2}(?:ال|لل?)?(?:امريكيون|امريكيين|اميركيون|اميركيين|امريكان|اميركان)|americans|américains|آمریکایی‌ها|امریکایی‌ها|ئەمریکییەکان|ئەمریکیەکان|amerikalılar\w*",
    "iran": r"[وفبلك]{0,2}(?:ال|لل?)?(?:ايرانيون|ايرانيين)|iranians|iraniens|ایرانی‌ها|ئێرانییەکان|ئێرانیەکان|iranlılar\w*",
    "turkey": r"[وفبلك]{0,2}(?:ال|لل?)?اتراك|turks|turcs|ترک‌ها|تورکەکان|türkler\w*",
    "foreign_forces": r"(?<!مقاتلين )(?<!مقاتلون )[وفبلك]{0,2}(?:ال|لل?)?اجانب|foreigners|(?<!combattants )étrangers|بیگانگان|خارجی‌ها|بیانییەکان|بێگانەکان|yabancılar\w*|[وفبلك]{0,2}(?:ال|لل?)?(?:فرنسيون|فرنسيين|روس|بريطانيون|بريطانيين)",
}  # fmt: skip

# Words that end a noun phrase: a noun before and a state after one of these are two things.
STOPS = (
    r"(?:في|من|على|عن|الى|ضد|مع|بين|ان|إن|التي|الذي|لدى|قرب|داخل|بعد|قبل|خلال|حتى|"
    r"in|on|of|to|from|against|with|and|that|by|at|near|after|before|for|is|are|was|were|said|the|an|its|their|this|these|those|any|all|"
    r"در|از|با|به|که|علیه|بر|لە|بۆ|لەگەڵ|دژی|ve|ile|için|"
    r"dans|sur|contre|avec|a|en|et|que|par)"
)

# A noun alone takes the force last named, if that is one of these; else the force it names by itself, if any.
BARE: tuple[tuple[str, tuple[str, ...], str], ...] = (
    (
        r"[وفبك]{0,2}الحلف|[وف]?للحلف|the alliance(?:'s|’s)?|l['’]alliance|ittifak\w*",
        ("nato",),
        "nato",
    ),
    (
        r"[وفبكل]{0,2}ال(?:تحالف)|للتحالف|the coalition(?:'s|’s)?|la coalition|koalisyon\w*|هاوپەیمانان|هاوپەیمانێتی|ائتلاف",
        ("us_coalition",),
        "us_coalition",
    ),
    (
        r"(?:[وفبك]{0,2}ال|[وف]?لل)(?:بعثة|مهمة)|the mission(?:'s|’s)?|la mission|misyon\w*|این مأموریت|مأموریت|ئەرکەکە|نێردەکە",
        ("nato", "us_coalition", "foreign_forces"),
        "",
    ),
    (
        r"(?:[وفبك]{0,2}(?:تلك |هذه )?ال|[وف]?لل)(?:قوات|قواعد|جنود|مستشارين|مستشارون|مدربين|مدربون)(?! ال(?!تي|ذين)\w)(?! (?:عراقي|سوري|كردي|امني|محلي))|"
        r"(?:[وفبك]{0,2}(?:هذا )?ال)(?:وجود|انسحاب|تواجد)(?! ال(?!ذي)\w)|"
        r"(?:the|these|those|their|its) (?:foreign )?(?:troops|forces|soldiers|bases|advis[eo]rs|trainers|base|presence|pullout|withdrawal)|"
        r"(?:این|آن) (?:نیروها|پایگاه‌ها|مستشاران|حضور)|هێزەکان|بنکەکان|bu (?:güçler|üsler|askerler)\w*|"
        r"(?:les|ces|leurs) (?:troupes|forces|soldats|bases|conseillers)",
        KNOWN_TARGETS,
        "",
    ),
)  # fmt: skip
