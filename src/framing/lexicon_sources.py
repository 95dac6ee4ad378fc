"""How the press of six languages names those who speak or act. Written in natural spelling; matched on folded text.

A party is a head ("minister", "لجنة") with the words of its title: those before it (``before``: "Iraqi defence"), those
right after it (``after``: "العراقية"), and those that a preposition ties to it (``links`` with ``linked``: "of the
parliament", "باسم"). As in ``lexicon.py``, upper-case classes such as ``\\W`` cannot be used.
"""

from __future__ import annotations

from dataclasses import dataclass

NOBODY = r"(?!)"


@dataclass(frozen=True)
class Words:
    """Alternatives of one language; ``links`` bring their own spaces. ``persons``: heads that a name written with
    capitals may follow. ``states``: names that speak and act for a state, but not after one of ``places``."""

    heads: str
    before: str
    after: str
    links: str
    linked: str
    states: str
    places: str
    persons: str = NOBODY


_CLITIC = r"(?:[وف]?(?:لل|[بكل]?ال|[بكل])?)"
_END = r"(?:ا|ان|ين|ون|ات|ي|و|ه|ها|هم|نا|يها|وها|يهم|وهم)?"
ARABIC_ROLES = (
    r"متحدث|ناطق|متحدثة|ناطقة|وزير|وزيرة|وزراء|نائب|نائبة|نواب|برلماني|برلمانية|رئيس|رئيسة|رؤساء|مسؤول|مسؤولة|مسئول|"
    r"(?<!ال)مستشار(?![يوا])|مستشارة|وكيل|مدير|مديرة|محافظ|قائم ?مقام|عضو|عضوة|أعضاء|أمين|قائد|قادة|آمر|ضابط|ضابطا|جنرال|"
    r"سفير|سفيرة|سفراء|قنصل|قناصل|دي?بلوماسي|دي?بلوماسية|مبعوث|مبعوثة|موفد|مندوب|ممثل|ممثلة|ملحق|قيادي|زعيم|زعماء|"
    r"خبير|خبيرة|خبراء|محلل|محللة|باحث|باحثة|أكاديمي|أكاديمية|أستاذ|أستاذة|شيخ|شيوخ|مشايخ|وجيه|وجهاء|أعيان|مختار|مخاتير|"
    r"أهالي|سكان|مواطن|ناشط|ناشطة|ناشطات|نشطاء|شاهد(?= (?:عيان|من|في))|شهود|صحفي|صحافي|صحفية|صحافية|كاتب|كاتبة|مراسل|تاجر|تجار|مزارع|فلاح|"
    r"(?<=ال)إمام|إمام (?:مسجد|جامع|جمعة|حسينية)|خطيب|خطباء|مطران|مرجع|رجا?ل (?:ال)?دين|حقوقي|حقوقية|محام|متظاهر|متظاهرة|محتج|نازح|نازحة|معلم|معلمة|طبيب|طبيبة|سائق|راعي|"
    r"مراقبون|مراقبين|متابعون|متابعين|مقربون|مقربين|شخصان مقربان|مشاركون|مشاركين|مستطلعون|مصدر|مصادر(?!ة)|صاحب|أصحاب|طالبة|طلبة|متقاعد|عائلات|أنصار|موظف|"
    r"قاض|قاضي|مرشح|مرشحة|عقيد|عميد|المقدم(?!\w)|نقيب|ملازم|اللواء|الفريق (?:الركن|أول|الأول)|حاجي|حجي|بائع|بائعة|مربي|"
    r"شاب|شبان|عمال|مدرس|ربة منزل|سيدة|امرأة|معارض|قرويون|قرويين"
)  # fmt: skip
ARABIC_BODIES = (
    r"وزارة|وزارت|وزارات|حكومة|حكومات|برلمان|مجلس|مجالس|لجنة|لجان|كتلة|كتلت|كتل|ائتلاف دولة|رئاسة|رئاسات|جيش|شرطة|بيشمركة|"
    r"سلطة|سلطات|محكمة|هيئة|مديرية|دائرة|ديوان|مكتب|مستشارية|أمانة|سفارة|سفارت|سفارات|قنصلية|(?<=ال)خارجية|وفد|وفود|(?<!ب)إدارة|"
    r"قائم بالأعمال|نقابة|اتحاد|منظمة|منظمات|مركز (?:أبحاث|بحوث|دراسات|إعلام|رصد)|معهد|استطلاع|صحيفة|صحف|جريدة|وكالة|وكالات|قناة|إذاعة|"
    r"مواقع? (?:إخبارية?|محلية?)|وسائل إعلام|فصيل|فصائل|كتيبة|كتائب|سرايا|عصائب|حركة|حركات|لواء|ألوية|فوج|أفواج|سرية (?=في|من)|"
    r"حشد|مقاومة|ميليشي\w*|مليشي\w*|جماعة|جماعات|حزب|أحزاب|حوثيين|حوثيون|قسد|"
    r"(?:مجموعة|مجموعات|قوة|تشكيل|تنظيم) (?:\w+ية )?(?:مسلحة?|عشائرية?|محلية?|تطوعية?|من ال(?:ناجي|متطوع|أهالي|سكان)\w*)|"
    r"قوات (?:سوريا الديمقراطية|سورية الديمقراطية|البيشمركة|العراقية|الأمنية|الأمن|السورية|الاتحادية)|حرس (?:نينوى|الحدود)|"
    r"متطوع[وي]|مقاتل[وي]|مسلحو|عشائر|عشيرة|قبيلة|قبائل|تيار|جناح|معارضة|أمم المتحدة|جامعة العربية|إعلام|تسريبات|(?<=ال)بيان|وحدات حماية الشعب|قوات الدفاع الشعبي|"
    r"(?<!ب)قيادة (?:ال)?(?:عمليات|شرطة|جيش|قوات|مركزية|حرس|فيلق|لواء)|مجلس الأمن"
)  # fmt: skip
_AR_KINDS = (
    r"(?:غربي|عربي|أوروبي|عراقي|سوري|إيراني|تركي|أمريكي|أميركي|كردي|كوردي|لبناني|أردني|خليجي|روسي|فرنسي|ألماني|بريطاني|إيطالي|"
    r"كندي|تركماني|إيزيدي|شيعي|سني|مسيحي|آشوري|يمني|مصري|سعودي|أمني|عسكري|نيابي|حكومي|محلي|سياسي|ميداني|عشائري|إعلامي|"
    r"قانوني|ديني|إسلامي|وطني|شعبي|اتحادي|بلدي|دبلوماسي|استراتيجي|متقاعد|معارض|مسلح|سابق|رفيع|بارز|كبير|مطلع|مقرب|مستقل|"
    r"موال|منشق|منتخب|معتمد|مقيم|زائر)(?:ا|ة|ين|ون|ان|تان|ات)?|رفيعة? المستوى|كبار|آخر|آخرون|أخرى|نفسه|نفسها|ذاته|ذاتها"
)  # fmt: skip
_AR_OF = (
    r"[وف]?(?:لل|ال)(?:وزراء|خارجية|دفاع|داخلية|أمن|علاقات|برلمان|نواب|حكومة|جمهورية|أعيان|عمليات|مشتركة|أركان|شرطة|جيش|"
    r"قوات المسلحة|حدود|عدل|عام|عامة|شؤون|أعمال|دولة|دائم|دائمة|مسلح|مسلحة|متطوعين|عشائر|فتح|نجباء|حق|قانون|شعب|صدر|وطن|"
    r"قرية|قرى|ناحية|قضاء|أعلى|أول|أولى|اتحاد|مكون|مدينة)|حزب الله|أهل الحق|بدر|قرى|قرية|قضاء|ناحية|محافظة|بلدة|"
    r"مدينة|ريف|جامعة|جامع|مسجد|كلية|علوم|دولة|دول|فصائل|متطوعين|نازحين"
)  # fmt: skip
_AR_STATES = (
    r"العراق|سوريا|سورية|لبنان|تركيا|إيران|روسيا|فرنسا|بريطانيا|ألمانيا|إيطاليا|الأردن|مصر|السعودية|كردستان|الولايات المتحدة|"
    r"بغداد|أربيل|دمشق|بيروت|أنقرة|طهران|واشنطن|موسكو|باريس|لندن|برلين|روما|الرياض|بنتاغون|البنتاغون|الكرملين|البيت الأبيض"
)  # fmt: skip
_AR_PLACES = (
    r"نينوى|الموصل|الأنبار|ديالى|كركوك|دهوك|السليمانية|البصرة|بابل|واسط|النجف|كربلاء|صلاح الدين|تلعفر|سنجار|زاخو|حديثة|الفلوجة|"
    r"حلب|إدلب|دير الزور|الحسكة|القامشلي|عمان|بروكسل|الإقليم|إقليم كردستان|المحافظة|البلاد|المنطقة|المدينة|القرية|البلدة"
)
_AR_HEADS = rf"{_CLITIC}(?:{ARABIC_ROLES}|{ARABIC_BODIES}){_END}"
ARABIC = Words(
    heads=_AR_HEADS,
    before=r"[وف]?(?:أحد|إحدى|بعض|عدد من|كبار|عشرات|مئات)",
    after=rf"ال(?!تي |ذي )\w{{2,}}(?:ي|ية)|{_AR_KINDS}|{_AR_OF}",
    links=r"(?:باسم|في|من|عن|لدى|أحد|إحدى|من بين) ",
    linked=rf"{_AR_STATES}|{_AR_PLACES}|{_AR_OF}",
    states=rf"[وف]?(?:{_AR_STATES})",
    places=r"[وف]?(?:في|إلى|من|قرب|جنوب|شمال|شرق|غرب|خارج|داخل|على|عن|وسط|محيط|مطار|حدود|شرقي|غربي|شمالي|جنوبي|أرض|أراضي|أجواء)",
)
# A name between such a verb with its speaker and the word that opens what is said is the speaker's.
ARABIC_SAYS = (
    r"[وف]?(?:قال|قالت|يقول|تقول|ذكر|ذكرت|أكد|أكدت|أعلن|أعلنت|أوضح|أوضحت|أضاف|أضافت|رأى|رأت|يرى|ترى|اعتبر|اعتبرت|كشف|كشفت|"
    r"أفاد|أفادت|صرح|صرحت|يعتقد|تعتقد|لاحظ|نبه|توقع|زعم|كتب|كتبت)"
)
ARABIC_OPENS = r" (?:إن|أن|بأن)(?!\w)| ?[:«\"“]"
ARABIC_NO_NAME = r"(?:إن|أن|بأن|في|من|عن|على|إلى|بعد|قبل|خلال|مع|ضد|لدى|ضرورة|أهمية|أمس|اليوم|يوم|[وبل]ال\w+|لل\w+)"

_FA_END = r"(?:ی|ای|یی|ان|انی|ها|های|هایی|انش|ش|اش)?"
_FA_HEADS = (
    r"(?:سخنگو|سخنگوی|وزیر|وزیران|وزارت|وزارتخانه|معاون|رئیس|رییس|رؤسا|نماینده|نمایندگان|نمایندهٔ|سفیر|سفرا|سفارت|سفارتخانه|کنسول|کنسولگری|"
    r"دیپلمات|کاردار|فرستاده|مقام|مقامات|مسئول|مسئولان|مشاور (?:وزیر|نخست|رئیس|امنیت|ارشد|سیاسی)|عضو|اعضا|اعضای|کمیسیون|کمیته|مجلس|پارلمان|شورا|شورای|دولت|حکومت|"
    r"فراکسیون|ائتلاف (?:فتح|دولت)|نخست ?وزیر|رئیس ?جمهور|استاندار|استانداری|فرماندار|فرمانداری|شهردار|شهرداری|بخشدار|پلیس|دادستان|دادستانی|"
    r"ستاد|فرماندهی|فرمانده|فرماندهان|افسر|سرهنگ|سرتیپ|سرلشکر|ژنرال|دبیر|دبیرکل|دبیرخانه|اداره|دفتر|شاخه|مرکز (?:رسانه|پژوهش|مطالعات)\w*|سازمان|انجمن|بنیاد|"
    r"گروه|گروهک|گروهان|جنبش|گردان|تیپ|لشکر|کتائب|عصائب|حشد|حشدالشعبی|بسیج|مقاومت|شبه ?نظامی|شبه ?نظامیان|نیروهای (?:دموکراتیک|داوطلب|دمکراتیک|پیشمرگه|امنیتی|عراقی)|"
    r"پیشمرگه|رزمنده|رزمندگان|جریان|حزب|رهبر|رهبران|معترض|معترضان|تحلیلگر|تحلیلگران|کارشناس|کارشناسان|پژوهشگر|استاد|استادان|دانشجو|دانشجویان|"
    r"اهالی|ساکن|ساکنان|مردم|مردی|زنی|جوانی|پیرمردی|پیرزنی|ریش ?سفید|ریش ?سفیدان|شیخ|شیوخ|عشیره|عشایر|روحانی|روحانیون|امام (?:جمعه|جماعت)|امام|خطیب|آیت ?الله|مرجع|"
    r"خبرنگار|روزنامه ?نگار|روزنامه|خبرگزاری|وبگاه|سایت|کانال|منبع|منابع|شاهد|شاهدان|ناظر|ناظران|فعال|فعالان|کشاورز|معلم|پرستار|پزشک(?!ی)|راننده|صاحب|مغازه ?دار|"
    r"بازرگان|تاجر|چوپان|کارگر|کارگران|کارمند|کارمندان|دهیار|کدخدا|وکیل|حقوقدان|سیاستمدار|همکار|پنتاگون|کاخ سفید|کرملین)"
)  # fmt: skip
_FA_AFTER = (
    r"(?:امور|خارجه|دفاع|کشور|امنیت|امنیتی|ملی|عراق|عراقی|سوریه|سوری|ایران|ایرانی|ترکیه|روسیه|روسی|آمریکا|آمریکایی|فرانسه|بریتانیا|آلمان|ایتالیا|"
    r"کردستان|کردستانی|کرد|کردی|ترکمان|ترکمن|شیعی|شیعه|سنی|عرب|عربی|غربی|اروپایی|نمایندگان|مجلس|پارلمان|اقلیم|دولت|مرکزی|عشایری|عشیره ?ای|مسلح|"
    r"نظامی|سیاسی|رسانه ?ای|مطبوعاتی|مشترک|عملیات|ارشد|کل|ارتش|پیشمرگه|بدر|نجباء|حزب ?الله|الحق|حق|دموکراتیک|داوطلب|داوطلبان|مقاومت|حشد|حشدالشعبی|شعبی|"
    r"بسیج|مخالف|مستقل|محلی|استان|شهرستان|شهر|روستا|روستای|روستاهای|اطراف|جمعه|دانشگاه|بغداد|تهران|حقوق|مسائل|راهبردی|روابط|خارجی|قضایی|اول|دوم|سوم|"
    r"اسلامی|جمهوری|آگاه|محلات|دیگر|دیگری|سابق|پیشین|بازنشسته|ریاست|بصره|کرکوک|نینوا|موصل|دیالی|انبار|اربیل|سلیمانیه|دهوک|سنجار|دیرالزور|قامشلی)(?:ی|ای)?"
)  # fmt: skip
_FA_STATES = r"عراق|سوریه|ترکیه|ایران|روسیه|فرانسه|بریتانیا|آلمان|ایتالیا|ایالات متحده|آمریکا|کردستان|بغداد|اربیل|دمشق|بیروت|آنکارا|تهران|واشنگتن|واشینگتن|مسکو|پاریس|برلین"
PERSIAN = Words(
    heads=rf"{_FA_HEADS}{_FA_END}",
    before=r"یک|یکی|دو|سه|چند|شماری|برخی|گروهی|همین|این|همان",
    after=_FA_AFTER,
    links=r"(?:از|در|یک|یکی|این|همین|و) ",
    linked=rf"{_FA_AFTER}|{_FA_STATES}",
    states=_FA_STATES,
    places=r"در|از|به|شمال|جنوب|شرق|غرب|خاک|نزدیک|حوالی|مرز|آسمان|فرودگاه|شمالی|جنوبی",
)

_CKB_HEADS = (
    r"(?:وتەبێژ|وەزیر|وەزارەت|وەزارەتخانە|بریکار|جێگر|سەرۆک|سەرکردە|سەرکردایەتی|بەرپرس|بەڕێوەبەر|ئەندام|لیژنە|لێژنە|پەرلەمان|پەرلەمانتار|ئەنجوومەن|ئەنجومەن|حکوومەت|حکومەت|ئیدارە|پارێزگا|پارێزگار|"
    r"قایمقام|قائیمقام|فراکسیۆن|فراکسیون|حزب|حیزب|پارتی|دەسەڵات|دەستە|دەزگا|فەرماندە(?!یی)|فەرماندەیی (?:ئۆپەراسیۆن|ناوەند|هاوبەش)|ئەفسەر(?:ێک|ی پێشمەرگە)|پۆلیس|پێشمەرگە|بوندستاگ|دادگا|داواکاری گشتی|"
    r"باڵیۆز|باڵیۆزخانە|کونسوڵ|کۆنسوڵ|کونسوڵخانە|کۆنسوڵخانە|دیپلۆمات|دیپلۆماتکار|دیپلۆماسی|نێردراو|نوێنەر|شاند|ڕاوێژکارێک|ڕاوێژکاری (?:سەرۆک|وەزیر|حکومەت|ئاسایش)|"
    r"گرووپ|گروپ|چەکدار|گەریلا|پەکەکە|حەشد|میلیشیا|بزووتنەوە|لیوا|فەیلەق|کەتیبە|عەسائیب|مقاوەمە|مقاومە|شەڕڤان|خۆبەخش|هێزێک|هێزەکانی سووریا|هێزی پاراستن|هەسەدە|"
    r"شیکەرەوە|شیکار|چاودێر|توێژەر|لێکۆڵەر|پسپۆڕ|شارەزا|ناوەندێکی لێکۆڵینەوە|مامۆستا|خاوەن|زانا|شێخ|مەلا|ئیمام|عەشایەر|عەشیرەت|موختار|ڕیش ?سپی|دانیشتوو|خەڵک|هاووڵاتی|گوندنشین|جووتیار|شوان|بازرگان|"
    r"دوکاندار|کاسب|ژنێک|پیاوێک|گەنجێک|پیرەمێرد|پیرێژن|دایک|باوک|دراوسێ|ئاوارە|پزیشک|شۆفێر|ڕەزوان|باخەوان|کرێکار|خوێندکار|چالاکوان|خۆپیشاندەر|ڕێکخراو|کۆمەڵە|سەندیکا|ژوور|ڕۆژنامە|ڕۆژنامەنووس|ڕۆژنامەوان|ئاژانس|کەناڵ|سەرچاوە|"
    r"شایەتحاڵ|پنتاگۆن|کۆشکی سپی)\w*"
)  # fmt: skip
_CKB_AFTER = (
    r"(?:پێشمەرگە|بەرگری|دەرەوە|ناوخۆ|ئاسایش|پەرلەمان|عێراق|کوردستان|سووریا|تورکیا|ئێران|ڕووسیا|ئەمریکا|ئەمەریکا|فەڕەنسا|ئەڵمانیا|بەریتانیا|ئیتاڵیا|هۆڵەندا|حەشد|شەعبی|عەشایەر|"
    r"چەکدار|سیاسی|سەربازی|گشتی|هاوبەش|هاوبەشەکان|ئۆپەراسیۆن|ئۆپەراسیۆنە|فیدراڵ|هەرێم|حکومەت|حکوومەت|سنوور|کاروبار|دهۆک|هەولێر|سلێمانی|کەرکووک|مووسڵ|بەغدا|نەینەوا|دیالە|ئەنبار|"
    r"ئەوروپی|ڕۆژئاوایی|عەرەب|عەرەبی|کورد|کوردی|شیعە|سوننە|تورکمان|ئێزدی|ئاینی|دیکە|تر|یەکێک|گرووپ|گروپ|گرووپە|گروپە|چەکدارەکان|ڕاهێنان|دیموکرات|پەیوەندی|پەیوەندییە|چوارچێوە|هەماهەنگی|یاسایی|ئەرکان)\w*"
)  # fmt: skip
_CKB_STATES = r"(?:عێراق|سووریا|تورکیا|ئێران|ڕووسیا|ئەمریکا|ئەمەریکا|فەڕەنسا|ئەڵمانیا|بەریتانیا|کوردستان|بەغدا|هەولێر|دیمەشق|ئەنقەرە|تاران|واشنتن|مۆسکۆ|پاریس)"
KURDISH = Words(
    heads=_CKB_HEADS,
    before=r"یەکێک لە|هەمان|دوو|چەند|بەشێک لە",
    after=_CKB_AFTER,
    links=r"(?:لە|و|ی|یەکێک لە|هەمان) ",
    linked=_CKB_AFTER,
    states=rf"{_CKB_STATES}(?:ش|یش)?",
    places=r"لە|بۆ|سوپای|سەربازی|هێزەکانی|بنکەی|باکووری|باشووری|سنووری|ڕۆژئاوای|ڕۆژهەڵاتی|خاکی|نزیک|ناو|پاریزگای",
)

_TR_HEADS = (
    r"(?:sözcü|bakan(?!\w*arak)|müsteşar|milletvekil|vekil|büyükelçi|elçi|başkonsolos|konsolos|maslahatgüzar|diplomat|temsilci|yetkili|başkan|cumhurbaşkan|başbakan|vali|kaymakam|muhtar|"
    r"belediye|meclis|parlamento|komisyon|komite|konsey|hükümet|yönetim|yönetici|üye(?!lik)|parti(?:nin|den|li)?|blo[kğ](?:u|un|undan)?|ittifakının|kurmay|komutan|albay|binbaşı|tuğgeneral|korgeneral|tümgeneral|general|"
    r"subayı(?!\w*lar)|polis|savcı|mahkeme|müdür|grubu|grubun|gruplar|grup|örgüt|milis|tugay|tabur|alay|hareket(?:i|inin|inden)|gönüllü|savaşçı|direniş|haşdi? ?şabi|haşd-i şaabi|lider|peşmerge|pentagon|centcom|kremlin|beyaz saray|"
    r"uzman|analist|araştırmacı|akademisyen|profesör|öğretim üyesi|siyaset bilimci|hukukçu|gazete|gazeteci|ajans|kanal|kaynak|kaynağ|tanık|köylü|halk|sakin|aşiret|şeyh|din adam|imam|vaiz|ileri gelen|"
    r"aktivist|gösterici|protestocu|esnaf|bakkal|fırıncı|eczacı|çiftçi|çoban|öğretmen|doktor|hemşire|şoför|tüccar|kadın|genç|anne|baba|dernek|derneğ|sendika|vakıf|enstitü|büro|danışmanı|sorumlusu|demokratik güçler|sdg|müftü)\w*(?:['’]\w+)?|bir ezidi"
)  # fmt: skip
_TR_BEFORE = (
    r"(?:ırak|suriye|iran|türk|türkiye|abd|amerikan|rus|rusya|alman|almanya|ingiliz|ingiltere|fransız|fransa|italyan|lübnan|kürt|kürdistan|türkmen|şii|sünni|arap|ezidi|batılı|"
    r"avrupa|avrupalı|dışişleri|içişleri|savunma|milli|güvenlik|bölgesel|yerel|il|ilçe|federal|ortak|operasyon|sınır|ana|muhalefet|muhalif|iktidar|silahlı|siyasi|basın|üst|düzey|eski|emekli|kıdemli|"
    r"bağımsız|anayasa|plan|bütçe|dış|ilişkiler|ninova|musul|bağdat|erbil|kerkük|şam|ankara|tahran|halk|haşdi|şabi|askeri|başka|bir|aynı|muhafızları|koordinasyon|çerçevesi|daimi|genel|birleşmiş|milletler|ve)"
    r"(?:['’]?(?:nın|nin|nun|nün|ın|in|un|ün|li|lı|lu|lü|daki|deki|taki|teki|ndaki|ndeki|dan|den|tan|ten|ndan|nden|a|e|na|ne|la|le))?"
)  # fmt: skip
_TR_STATES = (
    r"(?:ırak|suriye|türkiye|iran|rusya|fransa|almanya|abd|bağdat|erbil|şam|ankara|tahran|washington|moskova|paris|londra)"
    r"(?:['’](?:ın|in|un|ün|nın|nin|nun)|(?=,|:| ise | da | de ))"
)
TURKISH = Words(
    heads=_TR_HEADS,
    before=_TR_BEFORE,
    after=_TR_BEFORE,
    links=r"(?:bir|başka|da|de|görevli|bağlı|sorumlu|olan) ",
    linked=NOBODY,
    states=_TR_STATES,
    places=NOBODY,
    persons=r"(?:sözcü|bakan|milletvekil|vekil|büyükelçi|başkan|komutan|albay|general|analist|uzman|profesör|şeyh)\w*",
)

_EN_PERSONS = (
    r"(?:spokes(?:man|woman|person|people|men)|ministers?|undersecretary|prime minister|premier|presidents?|vice[- ]president|secretar(?:y|ies)[- ]general|lawmakers?|deput(?:y|ies)|mps?|legislators?|parliamentarians?|"
    r"senators?|members?|chair(?:man|woman)?|speaker|officials?|governors?|mayors?|mukhtars?|(?:an |the )?officer|colonel|brigadier|lieutenant|captain|commanders?|chief of staff|chiefs?|head(?= of)|director|adviser (?:to|in|at)|advisor (?:to|in|at)|security adviser|"
    r"ambassadors?|envoys?|diplomats?|consuls?|charg[eé] d['’]affaires|attach[eé]s?|representatives?|leaders?|militants?|fighters?|rebels?|volunteers?|gunmen|militiamen|insurgents?|"
    r"experts?|analysts?|researchers?|scholars?|academics?|professors?|lecturers?|economists?|sheikhs?|elders?|notables?|clerics?|imams?|preachers?|priests?|bishops?|ayatollahs?|"
    r"residents?|villagers?|inhabitants?|locals|activists?|protest[eo]rs?|demonstrators?|marchers|witness(?:es)?|journalists?|editors?|reporters?|columnists?|commentators?|"
    r"teachers?|schoolteachers?|surgeons?|doctors?|nurses?|drivers?|farmers?|shepherds?|traders?|shopkeepers?|merchants?|bakers?|students?|widows?|mothers?|engineers?|workers?|owners?|lawyers?|judges?|smugglers?|survivors?|refugees?|"
    r"politicians?|(?:political|opposition) figures?|aides?|families|people questioned|women|herders?|pensioners?|historians?|candidates?)"
)  # fmt: skip
_EN_BODIES = (
    r"(?:ministry|ministries|government|cabinet|parliament|parliamentary|council|committee|commission|congress|senate|assembly|authorit(?:y|ies)|army|police|peshmerga(?: forces)?|security (?:forces|sources|cell)|"
    r"(?:iraqi|syrian|lebanese|kurdish|local) forces|joint operations command|operations command|general staff|court|judiciary|presidency|office|bureau|embass(?:y|ies)|consulates?|permanent mission|delegations?|administration|municipalit(?:y|ies)|"
    r"factions?|brigades?|militias?|(?:armed|rebel|militant|resistance|volunteer|splinter) (?:groups?|wing)|resistance|(?:nujaba|resistance|sadrist) movement|battalions?|saraya [\w-]+|asaib [\w-]+|kataib [\w-]+|harakat [\w-]+|hezbollah|houthis?|hashd(?: al-sha['’]?abi)?|popular mobili[sz]ation(?: forces| units?)?|"
    r"syrian democratic forces|sdf|pkk|guard of nineveh|part(?:y|ies)|blocs?|blocks?|coordination framework|tribes?|tribal|trade unions?|organi[sz]ations?|associations?|ngo|monitors?|observatory|institute|think[- ]tank|university|"
    r"newspapers?|daily|weekly|(?:this|the) paper|agency|agencies|channel|broadcaster|radio|website|media|press office|sources?|survey|poll|pentagon|kremlin|white house|state department|united nations|security council|arab league|centcom)"
)  # fmt: skip
_EN_KINDS = (
    r"(?:iraq|iraqi|syria|syrian|iran|iranian|turkey|turkish|russia|russian|u\.?s\.?|american|british|britain|french|france|german|germany|italian|italy|danish|denmark|dutch|spanish|spain|canadian|saudi|saudi arabia|lebanese|lebanon|jordanian|egyptian|kurdish|kurdistan|"
    r"turkmen|yazidi|sunni|shi['’]?a|shi['’]?ite|christian|arab|western|european|gulf|baghdad|erbil|kirkuk|mosul|nineveh|anbar|basra|diyala|damascus|ankara|tehran|moscow|country|alliance|parliament|committee|government|ministry)(?:['’]s?)?|"
    r"senior|former|retired|foreign|prime|deputy|vice|defen[cs]e|interior|oil|finance|justice|local|regional|provincial|federal|central|national|military|security|political|government|parliamentary|"
    r"tribal|armed|rebel|opposition|resistance|volunteer|popular|mobili[sz]ation|joint|operations|field|press|media|legal|strategic|independent|ruling|ranking|top|elderly|young|permanent|general|special|counter-terrorism|international|relations|affairs|human|rights|law|village|town|city|district|governorate|self-defen[cs]e"
)  # fmt: skip
_EN_STATES = r"(?:iraq|syria|lebanon|turkey|iran|russia|france|germany|britain|denmark|italy|spain|saudi arabia|the united states|washington|baghdad|erbil|damascus|ankara|tehran|moscow|paris|london|berlin|kurdistan)"
ENGLISH = Words(
    heads=rf"(?:{_EN_PERSONS}|{_EN_BODIES})(?:['’]s?)?",
    before=rf"{_EN_KINDS}|an?|the|one|two|three|several|another|some|same|other",
    after=r"(?:general|designate|committee|member|spokesman|leader|commander|official|source)s?",
    links=r"(?:of|for|in|at|from|and) (?:(?:the|a|an|one of the|one|its|several) )?",
    linked=rf"(?:{_EN_KINDS}|{_EN_STATES}|gulf state|salaheddin|sinjar|duhok|zakho|idlib|manbij|tal afar)",
    states=rf"{_EN_STATES}(?:['’]s)?",
    places=r"in|at|near|from|to|of|outside|inside|around|across|into|between|towards?|over|for|northern|southern|eastern|western|north|south",
    persons=_EN_PERSONS,
)

_FR_PERSONS = (
    r"(?:porte-parole|premier ministre|ministres?|secretaire general|deputee?s?|elue?s?|parlementaires?|senateurs?|presidente?|vice-presidente?|membres?|responsables?|gouverneur|maires?|moukhtars?|"
    r"un officier|officier de|colonel|commandants?|chefs?|dirigeants?|conseillers? du|ambassadeurs?|ambassadrice|emissaires?|envoyee? (?:speciale?|des?|du)|diplomates?|consule?|consuls|charge d['’]affaires|representante?s?|combattants?|miliciens?|rebelles?|"
    r"experte?s?|analystes?|chercheurs?|chercheuses?|universitaires?|professeure?s?|politologues?|juristes?|consultante?s?|cheikhs?|notables?|predicateurs?|imams?|religieux|dignitaires?|pretres?|eveques?|"
    r"habitante?s?|villageois|riverains?|militante?s?|manifestante?s?|temoins?|journalistes?|redacteurs?|instituteurs?|institutrices?|enseignante?s?|medecins?|chirurgiens?|camionneurs?|bergers?|commercante?s?|entrepreneurs?|"
    r"etudiante?s?|contrebandiers?|veuves?|paysans?|agriculteurs?|femmes?|hommes politiques|avocate?s?|magistrats?|attachee? (?:de|militaire)|combattante?s?|refugiee?s?|un general|des generaux)"
)  # fmt: skip
_FR_BODIES = (
    r"(?:ministeres?|gouvernement|parlement|conseil|commissions?|assemblee|autorites|presidence|armee|police|peshmergas?|etat-major|commandement|tribunal|cour|municipalites?|mairie|ambassades?|consulats?|delegations?|"
    r"factions?|brigades?|milices?|groupes? (?:armee?s?|rebelles?|parlementaires?)|groupe|formations? armees?|mouvements? (?:armee?s?|islamiques?|rebelles?|al-\w+)|mobilisation(?: populaire| tribale)?|resistance|hezbollah|houthis|garde de ninive|unite turkmene|forces democratiques syriennes|fds|pkk|"
    r"partis? (?:politiques?|kurdes?|democratiques?|islamiques?|des?|du)|blocs?|alliance de la reforme|aile politique|bureau politique|tribus?|clans?|union|syndicats?|associations?|ong|observatoire|institut|universite|journal|journaux|quotidiens?|agences?|chaine|radio|presse|services? de presse|sources?|sondage|"
    r"pentagone|kremlin|maison blanche|nations unies|conseil de securite)"
)  # fmt: skip
_FR_KINDS = (
    r"(?:irakienn?e?s?|syrienn?e?s?|iranienn?e?s?|turcs?|turques?|americaine?s?|russes?|francaise?s?|britanniques?|allemande?s?|italienn?e?s?|libanaise?s?|libanais|kurdes?|turkmenes?|yezidie?s?|chiites?|sunnites?|arabes?|occidentale?s?|occidentaux|europeenn?e?s?|"
    r"federale?|regionale?|provinciale?|locale?s?|municipale?|parlementaires?|ministeriel|militaires?|politiques?|armee?s?|rebelles?|tribale?s?|populaires?|securite|defense|juridique|exterieures?|etrangeres?|interieur|nationale?|"
    r"affaires|relations|lois|operations|conjointes|adjointe?|generale?|ancienn?e?s?|hauts?|deux|trois|plusieurs|meme|autre|premiere?|seconde?|deuxieme|permanente?|islamique|ninive|peshmergas)"
)  # fmt: skip
_FR_STATES = r"(?:l['’]irak|la syrie|le liban|la turquie|l['’]iran|la russie|la france|l['’]allemagne|les etats-unis|washington|bagdad|erbil|damas|ankara|teheran|moscou|paris|londres|berlin)"
FRENCH = Words(
    heads=rf"(?:l['’]|d['’])?(?:{_FR_PERSONS}|{_FR_BODIES})",
    before=rf"{_FR_KINDS}|une?|les?|la|des|cette?|ces|leurs?|son|sa|ses",
    after=_FR_KINDS,
    links=r"(?:des?|du|de la|en poste a|a|au|aux|d['’]une?|dans|pour)(?: (?:la|le|les|une?|ses))? |(?:de )?[ld]['’]",
    linked=rf"{_FR_KINDS}|{_FR_STATES}|irak|iran|syrie|turquie|russie|ninive|diyala|kirkouk|bassora|mossoul|nadjaf",
    states=_FR_STATES,
    places=r"a|de|d|en|vers|pres|entre|sur|sous|chez|dans|pour|contre|par|nord|sud",
    persons=_FR_PERSONS,
)

LANGUAGES = {"ar": ARABIC, "fa": PERSIAN, "ckb": KURDISH, "tr": TURKISH, "en": ENGLISH, "fr": FRENCH}
