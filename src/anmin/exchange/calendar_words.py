"""Names of months and of days of the week, in the languages that files come in.

English, Chinese, German, French, Spanish, Italian, Portuguese, Dutch, Swedish, Danish, Norwegian,
Finnish, Polish, Czech, Russian, Ukrainian, Turkish and Indonesian: in full, as they stand in a
date, and short as programs write them (CLDR). A name means the same month in every language here
(Croatian is left out: its listopad is October).
"""

from collections.abc import Iterable

_FULL = """
    january february march april may june july august september october november december
    一月 二月 三月 四月 五月 六月 七月 八月 九月 十月 十一月 十二月
    januar februar märz april mai juni juli august september oktober november dezember
    jänner februar maerz april mai juni juli august september oktober november dezember
    janvier février mars avril mai juin juillet août septembre octobre novembre décembre
    janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre
    enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
    enero febrero marzo abril mayo junio julio agosto setiembre octubre noviembre diciembre
    gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
    janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro
    januari februari maart april mei juni juli augustus september oktober november december
    januari februari mars april maj juni juli augusti september oktober november december
    januar februar marts april maj juni juli august september oktober november december
    januar februar mars april mai juni juli august september oktober november desember
    januari februari maret april mei juni juli agustus september oktober november desember
    tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta lokakuuta marraskuuta joulukuuta
    stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia
    ledna února března dubna května června července srpna září října listopadu prosince
    января февраля марта апреля мая июня июля августа сентября октября ноября декабря
    январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь
    січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня
    ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık
"""
_SHORT = """
    jan feb mar apr may jun jul aug sep oct nov dec
    jan feb mar apr may june july aug sept oct nov dec
    1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月
    01月 02月 03月 04月 05月 06月 07月 08月 09月 10月 11月 12月
    一月 二月 三月 四月 五月 六月 七月 八月 九月 十月 十一月 十二月
    jän feb mär apr mai jun jul aug sep okt nov dez
    jan feb mrz apr mai juni juli aug sept okt nov dez
    janv févr mars avr mai juin juil août sept oct nov déc
    janv fevr mars avr mai juin juil aout sept oct nov dec
    ene feb mar abr may jun jul ago sept oct nov dic
    gen feb mar apr mag giu lug ago set ott nov dic
    jan fev mar abr mai jun jul ago set out nov dez
    jan feb mrt apr mei jun jul aug sep okt nov dec
    jan feb mars apr maj juni juli aug sep okt nov dec
    jan feb mar apr mai jun jul agu sep okt nov des
    sty lut mar kwi maj cze lip sie wrz paź lis gru
    янв фев мар апр мая июн июл авг сен окт ноя дек
    янв февр март апр май июн июл авг сент окт нояб дек
    січ лют бер кві тра чер лип сер вер жов лис гру
    oca şub mar nis may haz tem ağu eyl eki kas ara
"""
_DAYS = """
    monday tuesday wednesday thursday friday saturday sunday
    星期一 星期二 星期三 星期四 星期五 星期六 星期日 星期天
    montag dienstag mittwoch donnerstag freitag samstag sonntag sonnabend
    lundi mardi mercredi jeudi vendredi samedi dimanche
    lunes martes miércoles jueves viernes sábado domingo
    lunedì martedì mercoledì giovedì venerdì sabato domenica
    segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo
    maandag dinsdag woensdag donderdag vrijdag zaterdag zondag
    måndag tisdag onsdag torsdag fredag lördag söndag
    mandag tirsdag onsdag torsdag fredag lørdag søndag
    poniedziałek wtorek środa czwartek piątek sobota niedziela
    понедельник вторник среда четверг пятница суббота воскресенье
"""
_SHORT_DAYS = """
    mon tue wed thu fri sat sun
    周一 周二 周三 周四 周五 周六 周日
    mo di mi do fr sa so
    lun mar mer jeu ven sam dim
    lun mar mié jue vie sáb dom
    пн вт ср чт пт сб вс
"""
SMALL = frozenset({"de", "del", "of", "er", "st", "nd", "rd", "th", "г", "р", "年", "日", "号"})
"""What stands between the parts of a written day and says nothing by itself."""


def _numbered(table: str) -> dict[str, int]:
    rows = [line.split() for line in table.strip().splitlines()]
    return {name: month for row in rows for month, name in enumerate(row, 1)}


FULL_MONTHS = _numbered(_FULL)
"""Month by its full name, in small letters."""
SHORT_MONTHS = _numbered(_SHORT) | {
    name: month for name, month in FULL_MONTHS.items() if len(name) <= 4
}
"""Month by its short name; a full one of up to four letters stands for both."""
MONTHS = FULL_MONTHS | SHORT_MONTHS
DAYS = frozenset(_DAYS.split())
SHORT_DAYS = frozenset(_SHORT_DAYS.split())


def any_of(names: Iterable[str]) -> str:
    """The expression that reads one of these, the longest that fits."""
    return f"({'|'.join(sorted(names, key=lambda name: (-len(name), name)))})"
