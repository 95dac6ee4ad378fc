"""Names, places, dates and harmless clauses of six languages that may stand for each other.

A pool is written ``one|spelling of one; two|spelling of two``: any of its entries may take the place of another, in the
same spelling where it has one, without a change to any other word. So entries of a pool agree in gender and number, in
what elides before them (French), and in the suffixes that they take (Turkish).
"""

from __future__ import annotations

Pool = tuple[tuple[str, ...], ...]  # entries, each with its spellings


def _pool(entries: str) -> Pool:
    return tuple(tuple(f.strip() for f in entry.split("|")) for entry in entries.split(";"))


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# Words that mean other things as well: they are put in, and never looked for. Erbil is also the Kurdish government.
AMBIGUOUS: dict[str, frozenset[str]] = {
    "ar": frozenset({"الاثنين", "آب", "العمارة", "أربيل"}),  # both; father; building
    "fa": frozenset({"اربیل"}),
    "ckb": frozenset({"ئاب", "هەولێر"}),
    "tr": frozenset({"Erbil"}),
    "en": frozenset({"May"}),
}

# Friday is left out: it comes with preachers and prayers.
DATES: dict[str, tuple[Pool, ...]] = {
    "ar": (
        _pool("السبت; الأحد; الاثنين; الثلاثاء; الأربعاء; الخميس"),
        _pool(
            "كانون الثاني|يناير|كانون الثاني/يناير; شباط|فبراير|شباط/فبراير; آذار|آذار|آذار/مارس; "
            "نيسان|أبريل|نيسان/أبريل; أيار|مايو|أيار/مايو; حزيران|يونيو|حزيران/يونيو; تموز|يوليو|تموز/يوليو; "
            "آب|أغسطس|آب/أغسطس; أيلول|سبتمبر|أيلول/سبتمبر; تشرين الأول|أكتوبر|تشرين الأول/أكتوبر; "
            "تشرين الثاني|نوفمبر|تشرين الثاني/نوفمبر; كانون الأول|ديسمبر|كانون الأول/ديسمبر"
        ),
    ),
    "fa": (
        _pool("شنبه; یکشنبه|یک‌شنبه; دوشنبه|دو شنبه; سه‌شنبه|سه شنبه; چهارشنبه|چهار شنبه; پنج‌شنبه|پنج شنبه"),
        _pool("ژانویه; فوریه; مارس; آوریل; ژوئن; ژوئیه; اوت; سپتامبر; اکتبر; نوامبر; دسامبر"),
    ),
    "ckb": (
        _pool("شەممە; یەکشەممە; دووشەممە; سێشەممە; چوارشەممە; پێنجشەممە"),
        _pool("نیسان; ئایار; حوزەیران; تەممووز; ئاب; ئەیلوول"),
        _pool("نیسانەوە; ئایارەوە; حوزەیرانەوە; تەممووزەوە; ئەیلوولەوە"),
        _pool("ئایاری; حوزەیرانی; تەممووزی; ئەیلوولی; کانوونی دووەمی; تشرینی یەکەمی"),
        _pool("کانوونی یەکەم; کانوونی دووەم; تشرینی یەکەم; تشرینی دووەم"),
    ),
    "tr": (
        _pool(
            "pazar günü|pazar akşamı|pazar gecesi; pazartesi günü|pazartesi akşamı|pazartesi gecesi; "
            "salı günü|salı akşamı|salı gecesi; çarşamba günü|çarşamba akşamı|çarşamba gecesi; "
            "perşembe günü|perşembe akşamı|perşembe gecesi; cumartesi günü|cumartesi akşamı|cumartesi gecesi"
        ),
        _pool("ocak ayında; şubat ayında; mart ayında; nisan ayında; haziran ayında; eylül ayında"),
    ),
    "en": (
        _pool("Saturday; Sunday; Monday; Tuesday; Wednesday; Thursday"),
        _pool("January; February; March; April; May; June; July; August; September; October; November; December"),
    ),
    "fr": (
        _pool("samedi; dimanche; lundi; mardi; mercredi; jeudi"),
        _pool("janvier; février; mars; mai; juin; juillet; septembre; novembre; décembre"),
        _pool("avril; août; octobre"),
    ),
}

# Towns of the Kurdistan region and other towns apart, so that a text stays likely. Baghdad stands for the government.
PLACES: dict[str, tuple[Pool, ...]] = {
    "ar": (
        _pool("أربيل; دهوك; السليمانية; زاخو; حلبجة; سوران; رانية; شقلاوة; كويسنجق"),
        _pool(
            "الموصل; كركوك; تكريت; بيجي; سامراء; الفلوجة; الرمادي; بعقوبة; النجف; كربلاء; البصرة; الناصرية; الديوانية; "
            "الحلة; تلعفر; سنجار; الحويجة; خانقين; جلولاء; طوزخورماتو; المقدادية; البعاج; العمارة"
        ),
        _pool("نينوى; ديالى; الأنبار; صلاح الدين; بابل; ميسان; ذي قار"),
    ),
    "fa": (
        _pool("اربیل; دهوک; سلیمانیه; زاخو; حلبچه"),
        _pool("موصل; کرکوک; تکریت; سامرا; بصره; نجف; کربلا; رمادی; فلوجه; بیجی; تلعفر; سنجار; بعقوبه; خانقین"),
        _pool("نینوا; دیاله; الانبار; صلاح‌الدین; بابل; میسان"),
    ),
    "ckb": (
        _pool("هەولێر; دهۆک; زاخۆ; سۆران; ئاکرێ; چەمچەماڵ"),
        _pool("سلێمانی; کۆیە; هەڵەبجە; ڕانیە; ئامێدی"),
        _pool("مووسڵ; کەرکووک; تکریت; خانەقین; شنگال"),
        _pool("نەینەوا; دیالە; سەلاحەدین; ئەنبار"),
    ),
    "tr": (
        _pool("Erbil; Telafer; Zübeyr; Hanekin"),
        _pool("Musul; Mahmur"),
        _pool("Süleymaniye; Halepçe; Divaniye; Felluce; Haviçe"),
        _pool("Basra; Samarra; Kerbela"),
        _pool("Ninova; Amara; Diyala"),
    ),
    "en": (
        _pool("Duhok|Dohuk; Sulaymaniyah|Sulaimaniya; Zakho; Halabja; Soran"),
        _pool("Mosul; Kirkuk; Tikrit; Samarra; Basra; Najaf; Karbala; Ramadi; Fallujah; Baiji; Baquba; Sinjar; Hawija"),
        _pool("Nineveh; Diyala; Babil; Maysan; Salahuddin|Salaheddin"),
    ),
    "fr": (
        _pool("Dohouk; Souleimaniyé|Souleimaniyeh|Soulaimaniyé; Zakho; Halabja; Soran; Koya"),
        _pool(
            "Mossoul; Kirkouk; Tikrit; Samarra; Bassora; Nadjaf; Kerbala; Ramadi; Falloujah; Baqouba; Sinjar; "
            "Tal Afar; Khanaqine; Jalawla"
        ),
        _pool("Ninive; Diyala; Babylone; Maysan; Wassit"),
    ),
}

GROUPS: dict[str, tuple[Pool, ...]] = {
    "ar": (
        _pool(
            "عصائب أهل الحق; كتائب حزب الله; كتائب سيد الشهداء; كتائب جند الإمام; حركة النجباء; سرايا الخراساني; "
            "سرايا السلام; سرايا أولياء الدم; سرايا الجبل; منظمة بدر"
        ),
        _pool("الحشد الشعبي; الحشد العشائري; الحشد التركماني"),
        _pool(
            "حزب العمال الكردستاني|حزب العمال|حزب العمال الكوردستاني; "
            "حزب الحياة الحرة الكردستاني|حزب الحياة الحرة|حزب الحياة الحرة الكوردستاني"
        ),
        _pool("قوات سوريا الديمقراطية|قوات سوريا الديموقراطية; وحدات حماية الشعب"),
        _pool("الجيش الوطني; الجيش الحر"),
        _pool("ائتلاف دولة القانون; تيار الحكمة; تحالف الفتح; ائتلاف النصر; تحالف البناء; تحالف العزم"),
        _pool("كتلة الفتح; كتلة النصر; كتلة الحكمة; كتلة سائرون; كتلة بدر; كتلة صادقون; حركة التغيير"),
        _pool("الحزب الديمقراطي الكردستاني|الحزب الديمقراطي الكوردستاني; الاتحاد الوطني الكردستاني"),
        _pool("عشيرة الجبور; عشيرة العبيد; عشيرة البو نمر; عشيرة البو فهد; عشيرة شمر"),
    ),
    "fa": (
        _pool("حشد الشعبی|حشدالشعبی; حشد عشایری"),
        _pool("سازمان بدر; عصائب اهل حق; جنبش نجباء; گردان‌های حزب‌الله"),
        _pool("پ‌ک‌ک; پژاک"),
    ),
    "ckb": (_pool("حەشدی شەعبی; حەشدی عەشایەری"), _pool("پەکەکە; پەژاک")),
    "tr": (_pool("Haşdi Şabi; Haşdi Aşairi"), _pool("YPG; HPG")),
    "en": (
        _pool("the Badr Organization|the Badr Organisation; Asaib Ahl al-Haq; Harakat al-Nujaba; Kataib Hezbollah"),
        _pool("Popular Mobilization|Popular Mobilisation; Tribal Mobilization|Tribal Mobilisation"),
        _pool("PKK; PJAK"),
        _pool("Syrian Democratic Forces; People's Protection Units"),
        _pool("State of Law; National Wisdom"),
    ),
    "fr": (
        _pool("Mobilisation populaire; Mobilisation tribale"),
        _pool("PKK; PJAK"),
        _pool("Forces démocratiques syriennes; Unités de protection du peuple"),
    ),
}

# Given names that are nothing else before a surname. Whoever is put in is invented.
MEN = _words(
    "ماجد محسن سعد جواد حازم بهاء صفوان عواد كرار غالب حيدر شامل نوري رعد حسنين فاضل عامر عدنان عباس نواف ذنون غانم "
    "محمد حسين حسن كريم قاسم جاسم كاظم سالم خالد وليد ياسر زياد مهند مصطفى إبراهيم يوسف عثمان طارق فراس ليث علاء نزار "
    "هشام مازن نبيل أنور ستار جبار"
)
WOMEN = _words("زهور هالة ابتسام نادية سهى رنا شيماء هدى زينب فاطمة مريم سناء ليلى")
SURNAMES = _words("الوائلي الربيعي الزيدي الخزرجي القيسي السامرائي الياسري العزاوي")
LATIN_MEN = _words(
    "Muhannad Nayef Adnan Younis Raad Salim Ahmed Ali Hussein Hassan Karim Qasim Jassim Khalid Walid Mustafa Ibrahim "
    "Omar Haider Abbas Majid Farid Nour Saad Fadhil Kadhim"
)
LATIN_SURNAMES = _words("al-Waeli al-Rubaie al-Zaidi al-Khazraji al-Qaisi al-Samarrai al-Yasiri")
# Names in quotation marks of armed groups that do not exist.
INVENTED = ("الغيث", "الوادي", "الفجر الجديد", "أبناء الرافدين", "النهر", "السنابل")

# Independent of whatever is said beside them; no party, no force, no stance.
CLAUSES_BEFORE: dict[str, tuple[str, ...]] = {
    "ar": (
        "كان الأسبوع هادئاً، وفتحت الأسواق والمدارس أبوابها في مواعيدها المعتادة؛ ",
        "بدأت عطلة الربيع في عدد من المدن، واعتدلت درجات الحرارة بعد أيام من المطر؛ ",
        "عاد التلاميذ إلى مقاعدهم بعد العطلة، وازدحمت الشوارع في ساعات الصباح الأولى؛ ",
    ),
    "fa": (
        "هفته آرام بود و بازارها و مدرسه‌ها مانند همیشه باز بودند؛ ",
        "تعطیلات بهاری در چند شهر آغاز شده و هوا پس از چند روز باران معتدل بود؛ ",
    ),
    "ckb": (
        "هەفتەیەکی ئارام بوو و بازاڕ و قوتابخانەکان وەک هەمیشە کراوە بوون؛ ",
        "پشووی بەهار لە چەند شارێک دەستی پێکردبوو و کەشوهەوا دوای چەند ڕۆژێک باران خۆش بوو؛ ",
    ),
    "tr": (
        "Hafta sakin geçmiş, çarşılar ve okullar her zamanki saatlerinde açılmıştı; ",
        "Birkaç şehirde bahar tatili başlamış, hava günler süren yağmurdan sonra ılımıştı; ",
    ),
    "en": (
        "The week had been a quiet one, and shops and schools had opened at their usual hours; ",
        "The spring holiday had begun in several towns, and the weather was mild after days of rain; ",
    ),
    "fr": (
        "La semaine avait été calme, et les commerces comme les écoles avaient ouvert aux heures habituelles ; ",
        "Les vacances de printemps avaient commencé dans plusieurs villes, et le temps était doux après la pluie ; ",
    ),
}
CLAUSES_AFTER: dict[str, tuple[str, ...]] = {
    "ar": (
        "؛ وكانت الأسواق في ذلك اليوم مفتوحة والمدارس على دوامها المعتاد",
        "؛ وكان الطقس معتدلاً في معظم المدن بعد أيام من المطر المتواصل",
    ),
    "fa": (
        "؛ آن روز بازارها و مدرسه‌ها مانند همیشه باز بودند",
        "؛ هوا در بیشتر شهرها پس از چند روز باران معتدل بود",
    ),
    "ckb": (
        "؛ ئەو ڕۆژە بازاڕ و قوتابخانەکان وەک هەمیشە کراوە بوون",
        "؛ کەشوهەوا لە زۆربەی شارەکان دوای چەند ڕۆژێک باران خۆش بوو",
    ),
    "tr": (
        "; o gün çarşılar ve okullar her zamanki gibi açıktı",
        "; hava, günler süren yağmurdan sonra şehirlerin çoğunda ılıktı",
    ),
    "en": (
        "; shops and schools were open as usual that day",
        "; the weather was mild in most towns after several days of rain",
    ),
    "fr": (
        " ; les commerces et les écoles étaient ouverts ce jour-là comme d'habitude",
        " ; le temps était doux dans la plupart des villes après plusieurs jours de pluie",
    ),
}
# First words that lose their capital letter behind a semicolon.
OPENERS: dict[str, tuple[str, ...]] = {
    "en": _words("The A An In On At But And For It He She They As Of When While After Before One Two Three"),
    "fr": _words("Le La Les Un Une Des Dans En Mais Et Pour Il Elle Ils Selon Après Avant Deux Trois"),
    "tr": _words("Bir Bu Ancak Ama Son Daha Dün Bugün Onlara Ona Onu Ve Öte"),
}
# British and American spelling; one direction is enough, as each text is changed to what it is not.
ENGLISH_SPELLINGS: dict[str, str] = {
    "defence": "defense", "organisation": "organization", "mobilisation": "mobilization", "centre": "center",
    "programme": "program", "neighbouring": "neighboring", "neighbours": "neighbors", "labour": "labor",
    "honour": "honor", "favour": "favor", "armoured": "armored", "adviser": "advisor", "advisers": "advisors",
}  # fmt: skip
