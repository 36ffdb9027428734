"""Invented people: given names, family names and clubs as they are usual in some nations.

Everyone is drawn anew from these lists; whoever should bear the same name is meant by none.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Names of one nation in one script.

    ``families_of_women`` is given where a woman's family name has another ending.
    ``family_first`` puts it before the given name, with ``between`` standing between them.
    """

    men: tuple[str, ...]
    women: tuple[str, ...]
    families: tuple[str, ...]
    families_of_women: tuple[str, ...] = ()
    family_first: bool = False
    between: str = " "

    def draw(self, chance: Random, gender: str) -> str:
        """A full name for ``M`` or ``F``."""
        given = chance.choice(self.women if gender == "F" else self.men)
        is_inflected = gender == "F" and self.families_of_women
        family = chance.choice(self.families_of_women if is_inflected else self.families)
        parts = (family, given) if self.family_first else (given, family)
        return self.between.join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Nation:
    """``share`` weighs the nation among those who travel; ``places`` lend clubs their names.

    ``zones`` are the time zones, or the beginnings of their names, of races at home there.
    """

    code: str
    share: int
    names: Names
    places: tuple[str, ...]
    zones: tuple[str, ...] = ()
    own_script: Names | None = None


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _lines(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(","))


_ENGLISH = Names(
    men=_words(
        "James Thomas William Daniel Oliver Samuel Benjamin Matthew Andrew Christopher David "
        "Peter Simon Adam Luke Stephen Robert Mark Neil Graham Jack Callum Owen Rhys Ewan"
    ),
    women=_words(
        "Emma Sarah Rachel Laura Hannah Charlotte Lucy Alice Catherine Helen Rebecca Jessica "
        "Sophie Claire Fiona Megan Bethan Eleanor Ruth Joanna Kate Grace Zoe Amy"
    ),
    families=_lines(
        "Smith, Jones, Taylor, Brown, Williams, Wilson, Johnson, Davies, Wright, Evans, Walker, "
        "White, Roberts, Green, Hall, Wood, Clarke, Hughes, Harrison, Ward, Cooper, Hill, Shaw, "
        "Mitchell, Barker, Thornton, Fairbairn, MacLeod, Pryce-Jones, O'Connell, Llewellyn, "
        "Ashworth, Holroyd, Bramley, Calder, Whitaker"
    ),
)

_AMERICAN = Names(
    men=_words(
        "Michael Ryan Kyle Tyler Brandon Justin Jason Eric Scott Brian Kevin Josh Nathan Zach "
        "Dylan Carlos Andre Marcus Trevor Cody Wes Jeff Patrick Greg Hank"
    ),
    women=_words(
        "Jennifer Ashley Megan Lauren Kelsey Courtney Katie Heather Amanda Brooke Madison Abby "
        "Natalie Maria Stephanie Tara Kristin Denise Hillary Molly Paige Shannon Erin Dana"
    ),
    families=_lines(
        "Anderson, Baker, Carter, Collins, Cruz, Edwards, Foster, Garcia, Gonzalez, Hansen, "
        "Hayes, Jensen, Keller, Larson, Lopez, McCarthy, Miller, Morales, Nelson, Nguyen, "
        "Novak, Olson, Parker, Peterson, Ramirez, Reed, Rivera, Schmidt, Sullivan, Thompson, "
        "Turner, Washington, Whitehorse, Yazzie, Young, Kowalski"
    ),
)

_FRENCH = Names(
    men=_lines(
        "Julien, Nicolas, Sébastien, Thomas, Mathieu, François, Olivier, Guillaume, Jérôme, "
        "Rémi, Antoine, Benoît, Cédric, Damien, Frédéric, Gaël, Loïc, Pascal, Yann, Jean-Marc"
    ),
    women=_lines(
        "Aurélie, Céline, Émilie, Camille, Sandrine, Claire, Delphine, Élodie, Hélène, Julie, "
        "Laurence, Marion, Nathalie, Pauline, Sylvie, Virginie, Anaïs, Maëlle, Anne-Laure"
    ),
    families=_lines(
        "Martin, Bernard, Dubois, Robert, Petit, Moreau, Lefèvre, Girard, Bonnet, François, "
        "Chevalier, Mercier, Guérin, Blanc, Perrin, Besson, Favre, Jacquemoud, Le Goff, "
        "Duchêne, Rey, Ravanel, Charlet, Tissot, Beaulieu, de La Tour, Baudry, Vuillermoz"
    ),
)

_GERMAN = Names(
    men=_words(
        "Stefan Andreas Michael Thomas Markus Christian Florian Sebastian Tobias Jan Jürgen "
        "Matthias Martin Jörg Lukas Philipp Uwe Holger Björn Dirk Simon Felix"
    ),
    women=_words(
        "Anna Katharina Julia Sabine Stefanie Sandra Christine Susanne Petra Lena Franziska "
        "Johanna Heike Ulrike Birgit Annika Kerstin Eva Miriam Theresa"
    ),
    families=_lines(
        "Müller, Schmidt, Schneider, Fischer, Weber, Wagner, Becker, Hoffmann, Schäfer, Koch, "
        "Bauer, Richter, Klein, Wolf, Neumann, Schwarz, Zimmermann, Krüger, Hartmann, Lange, "
        "Weiß, Köhler, Vogel, Größl, Hübner, Brandt, Lindner, von Thun, Ackermann, Dietz"
    ),
)

_ALPINE_GERMAN = Names(
    men=_words(
        "Hannes Lukas Matthias Georg Christoph Bernhard Klaus Reto Urs Beat Andri Gian Wolfgang "
        "Josef Manfred Florian Dominik Jürg Simon Benedikt"
    ),
    women=_words(
        "Barbara Magdalena Maria Martina Veronika Theresia Ursina Seraina Nadja Karin Regula "
        "Monika Eva Elisabeth Sabrina Andrea Kathrin Corina Verena"
    ),
    families=_lines(
        "Gruber, Huber, Mayr, Steiner, Moser, Hofer, Egger, Brunner, Schwaiger, Auer, Reiter, "
        "Lechner, Innerhofer, Wallner, Keller, Frei, Zürcher, Bühler, Caduff, Camenzind, "
        "Gasser, Ammann, Kofler, Tschurtschenthaler, Rüegg, Hählen, Plattner, Oberhauser"
    ),
)

_ITALIAN = Names(
    men=_words(
        "Marco Luca Andrea Matteo Francesco Alessandro Davide Stefano Giovanni Paolo Roberto "
        "Simone Fabio Daniele Nicolò Enrico Massimo Filippo"
    ),
    women=_words(
        "Giulia Chiara Francesca Elisa Silvia Valentina Martina Elena Sara Federica Alessia "
        "Paola Barbara Ilaria Lucia Marta Beatrice"
    ),
    families=_lines(
        "Rossi, Russo, Ferrari, Esposito, Bianchi, Romano, Colombo, Ricci, Marino, Greco, "
        "Bruno, Gallo, Conti, De Luca, Mancini, Costa, Giordano, Rizzo, Lombardi, Moretti, "
        "Dell'Orto, Zanetti, D'Angelo, Pedrini, Bormolini, Compagnoni, Nicolò"
    ),
)

_SPANISH = Names(
    men=_lines(
        "Javier, Carlos, Iñaki, Miguel Ángel, Sergio, Pablo, Jordi, Xavier, Álvaro, Raúl, "
        "Alberto, Iker, Joan, Andrés, Óscar, José Luis, Manuel, Rubén"
    ),
    women=_lines(
        "María, Laura, Ana, Lucía, Marta, Nerea, Ainhoa, Núria, Cristina, Sílvia, Elena, "
        "Beatriz, Mónica, Eva, Montse, Raquel, Leire"
    ),
    families=_lines(
        "García López, Fernández, Martínez Ruiz, Sánchez, Pérez, Gómez, Jiménez, Hernández, "
        "Ibáñez, Etxeberria, Urrutia, Puig, Ferrer, Castillo, Ortega, Núñez, Domínguez, "
        "Serra, Vidal, Muñoz, Agirre, Camps Roca, Peña, Soler, Zubizarreta"
    ),
)

_PORTUGUESE = Names(
    men=_lines("João, Tiago, Rui, Nuno, Luís, Pedro, Bruno, Hugo, André, Gonçalo, Rafael, Caio"),
    women=_lines("Ana, Inês, Sofia, Marta, Cláudia, Rita, Joana, Patrícia, Fernanda, Larissa"),
    families=_lines(
        "Silva, Santos, Ferreira, Pereira, Oliveira, Costa, Rodrigues, Martins, Sousa, "
        "Gonçalves, Carvalho, Araújo, Magalhães, Simões, Brandão, da Conceição, Vasconcelos"
    ),
)

_DUTCH = Names(
    men=_words(
        "Jan Pieter Jeroen Sander Bart Wouter Maarten Thijs Ruben Daan Koen Stijn Joris Gijs"
    ),
    women=_words(
        "Anne Sanne Lotte Femke Marieke Iris Eline Maaike Inge Annelies Griet Katrien Liesbeth"
    ),
    families=_lines(
        "de Jong, Jansen, de Vries, van den Berg, Bakker, van Dijk, Visser, Smit, Meijer, "
        "Mulder, Peeters, Janssens, Claes, Willems, van der Heijden, Vandenbroucke, "
        "Dekker, Hermans, 't Hooft, Wouters, ter Braak"
    ),
)

_SWEDISH = Names(
    men=_words("Erik Johan Anders Magnus Oskar Emil Björn Jonas Mattias Håkan Rasmus Viktor"),
    women=_words("Anna Elin Sofia Karin Åsa Ida Frida Maja Hanna Linnéa Emelie Malin"),
    families=_lines(
        "Andersson, Johansson, Karlsson, Nilsson, Lindström, Bergqvist, Sjöberg, Åkesson, "
        "Öberg, Lundgren, Hellström, Forsberg, Nyström, Wallin, Engdahl, Björklund"
    ),
)

_NORWEGIAN = Names(
    men=_words("Ole Lars Kjetil Øyvind Anders Sondre Håvard Espen Jens Mikkel Søren Rune"),
    women=_words("Ingrid Kari Marit Silje Astrid Solveig Anne Mette Line Signe Gro Bodil"),
    families=_lines(
        "Hansen, Johansen, Olsen, Larsen, Bakken, Haugen, Solberg, Nygård, Sæther, Aasen, "
        "Bjørnstad, Ødegård, Kjær, Møller, Østergaard, Lie, Fossum, Tveit"
    ),
)

_FINNISH = Names(
    men=_words("Mikko Jukka Antti Petri Timo Juha Ville Sami Kari Heikki"),
    women=_words("Anna Päivi Katja Satu Laura Minna Johanna Heli Sanna Riikka"),
    families=_lines(
        "Korhonen, Virtanen, Mäkinen, Nieminen, Mäkelä, Hämäläinen, Laine, Heikkinen, Järvinen"
    ),
)

_ICELANDIC = Names(
    men=_words("Jón Sigurður Guðmundur Gunnar Ólafur Einar Þorbergur Kristján Björgvin Ragnar"),
    women=_words("Guðrún Anna Kristín Sigríður Elísabet Hildur Þórdís Rannveig Björk Ásta"),
    families=_words("Jónsson Gunnarsson Sigurðsson Ólafsson Þórsson Einarsson Magnússon Árnason"),
    families_of_women=_words(
        "Jónsdóttir Gunnarsdóttir Sigurðardóttir Ólafsdóttir Þórsdóttir Einarsdóttir Árnadóttir"
    ),
)

_POLISH = Names(
    men=_words("Piotr Krzysztof Marcin Tomasz Paweł Michał Łukasz Grzegorz Bartosz Kamil"),
    women=_words("Anna Katarzyna Agnieszka Magdalena Joanna Małgorzata Ewa Monika Zofia Natalia"),
    families=_words(
        "Kowalski Wiśniewski Wójcik Kamiński Lewandowski Zieliński Szymański Woźniak Dąbrowski "
        "Jabłoński Krawczyk Górski Wróbel"
    ),
    families_of_women=_words(
        "Kowalska Wiśniewska Wójcik Kamińska Lewandowska Zielińska Szymańska Woźniak Dąbrowska "
        "Jabłońska Krawczyk Górska Wróbel"
    ),
)

_CZECH = Names(
    men=_words("Jan Petr Tomáš Martin Jiří Pavel Ondřej Lukáš Zdeněk Václav"),
    women=_words("Jana Petra Lucie Kateřina Tereza Lenka Veronika Zuzana Markéta Hana"),
    families=_words(
        "Novák Svoboda Dvořák Černý Procházka Kučera Veselý Horák Němec Pokorný Král Růžička"
    ),
    families_of_women=_words(
        "Nováková Svobodová Dvořáková Černá Procházková Kučerová Veselá Horáková Němcová "
        "Pokorná Králová Růžičková"
    ),
)

_UKRAINIAN = Names(
    men=_words("Oleksandr Andrii Serhii Dmytro Mykola Taras Bohdan Yurii"),
    women=_words("Olena Iryna Nataliia Oksana Kateryna Yuliia Sofiia Halyna"),
    families=_words("Shevchenko Kovalenko Bondarenko Tkachenko Kravchuk Lysenko Marchuk Melnyk"),
)
_UKRAINIAN_CYRILLIC = Names(
    men=_words("Олександр Андрій Сергій Дмитро Тарас Богдан"),  # noqa: RUF001
    women=_words("Олена Ірина Оксана Катерина Юлія Софія"),
    families=_words("Шевченко Коваленко Бондаренко Ткаченко Лисенко Марчук Мельник"),
)

_GREEK = Names(
    men=_words("Nikos Giorgos Dimitris Kostas Vasilis Panagiotis Christos Yannis"),
    women=_words("Maria Eleni Katerina Sofia Georgia Dimitra Ioanna Anastasia"),
    families=_words(
        "Papadopoulos Georgiou Nikolaidis Vlachos Karagiannis Oikonomou Makris Alexiou"
    ),
    families_of_women=_words(
        "Papadopoulou Georgiou Nikolaidou Vlachou Karagianni Oikonomou Makri Alexiou"
    ),
)

_JAPANESE = Names(
    men=_words("Kenji Takashi Hiroshi Daisuke Yuki Shota Kazuya Makoto Ryo Satoshi"),
    women=_words("Yuko Akiko Naomi Haruka Misaki Kaori Emi Tomoko Ayumi Rie"),
    families=_words("Sato Suzuki Takahashi Tanaka Watanabe Ito Yamamoto Nakamura Kobayashi Mori"),
)
_JAPANESE_OWN = Names(
    men=_words("健司 隆 大輔 翔太 誠"),
    women=_words("裕子 直美 美咲 香織 歩"),
    families=_words("佐藤 鈴木 高橋 田中 渡辺 山本"),
    family_first=True,
)

_CHINESE = Names(
    men=_words("Wei Jun Lei Tao Qiang Min Hao Peng Chao Yong"),
    women=_words("Fang Na Xiuying Li Jing Yan Juan Xia Ling Mei"),
    families=_words("Wang Li Zhang Liu Chen Yang Zhao Huang Zhou Wu"),
)
_CHINESE_OWN = Names(
    men=_words("伟 军 磊 涛 强 鹏"),
    women=_words("芳 娜 秀英 静 艳 玲"),
    families=_words("王 李 张 刘 陈 杨 赵 黄"),
    family_first=True,
    between="",
)

_MOROCCAN = Names(
    men=_words("Mohamed Youssef Rachid Abdelkader Hassan Omar Khalid Brahim Samir Aziz Lahcen"),
    women=_words("Fatima Khadija Aziza Naïma Salma Hanane Meryem Laila Samira"),
    families=_lines(
        "El Amrani, Benali, Idrissi, Aït Ouahmane, El Fassi, Bennani, Ouhammou, Tahiri, "
        "Oulhaj, Chraïbi, Amghar, El Morabity"
    ),
)
_MOROCCAN_ARABIC = Names(
    men=_words("محمد يوسف رشيد حسن عمر خالد"),
    women=_words("فاطمة خديجة عزيزة سلمى مريم"),
    families=_lines("العمراني, بنعلي, الإدريسي, الفاسي, بناني, الطاهري"),
)

_SOUTH_AFRICAN = Names(
    men=_words("Johan Pieter Sipho Thabo Andre Ryan Gerhard Bongani Craig Themba Deon Riaan"),
    women=_words("Annelize Nomsa Lindiwe Chantel Michelle Thandi Karien Zanele Tarryn Elsa"),
    families=_lines(
        "van der Merwe, Botha, Nkosi, Dlamini, Pretorius, Mokoena, Naidoo, Coetzee, Khumalo, "
        "du Plessis, Sithole, Fourie, Greyling"
    ),
)

_EAST_AFRICAN = Names(
    men=_words("Daniel Kipchumba Joseph Samuel Elijah Peter Geoffrey Abebe Tesfaye Haile"),
    women=_words("Mary Grace Esther Caroline Lucy Ruth Faith Meseret Almaz"),
    families=_words("Kiplagat Cheruiyot Rotich Njoroge Wanjiru Koech Otieno Bekele Tadesse Alemu"),
)

_LATIN_AMERICAN = Names(
    men=_lines("Diego, Esteban, Mauricio, Juan Pablo, Gustavo, Ricardo, Rodrigo, Jorge, Ismael"),
    women=_lines("Gabriela, Carolina, Daniela, Paola, Verónica, Ximena, Adriana, Lorena, Karla"),
    families=_lines(
        "Rojas, Vargas, Solano, Quesada, Chacón, Araya, Muñoz, Fuentes, Sepúlveda, Morales, "
        "Cortés, Contreras, Álvarez, Brenes, Zúñiga"
    ),
)

_NEPALI = Names(
    men=_words("Bhim Suman Tirtha Purna Mingma Pasang Tenzing Arjun Rajan Deepak"),
    women=_words("Sunmaya Mira Phupu Ang Dawa Kanchhi Anita Sabina Rita"),
    families=_words("Gurung Tamang Sherpa Rai Magar Lama Thapa Limbu Bhandari Kulung"),
)

_INDIAN = Names(
    men=_words("Arun Rahul Vikram Sandeep Anil Kiran Rohit Karthik Deepak Manoj"),
    women=_words("Priya Anita Kavita Deepa Meera Shalini Aparna Nisha Swati"),
    families=_words("Sharma Patel Iyer Reddy Rao Nair Singh Gupta Menon Kulkarni"),
)

NATIONS = (
    Nation(code="GBR", share=16, names=_ENGLISH, zones=("Europe/London",),
           places=("Langdale", "Brecon", "Helsby", "Peebles", "Ilkley", "Bethesda")),
    Nation(code="FRA", share=15, names=_FRENCH, zones=("Europe/Paris", "Indian/Reunion"),
           places=("Belledonne", "Annonay", "Quiberon", "Salève", "Aubagne")),
    Nation(code="USA", share=13, names=_AMERICAN,
           zones=("America/Denver", "America/Phoenix", "America/New_York", "America/Chicago",
                  "America/Los_Angeles", "US/"),
           places=("Salida", "Flagstaff", "Front Range", "Asheville", "Bend", "Leadville")),
    Nation(code="GER", share=13, names=_GERMAN, zones=("Europe/Berlin",),
           places=("Allgäu", "Isartal", "Harz", "Freiburg", "Taunus")),
    Nation(code="ESP", share=8, names=_SPANISH, zones=("Europe/Madrid", "Atlantic/Canary"),
           places=("Berga", "Gorbea", "Guadarrama", "Aneto", "Montserrat")),
    Nation(code="ITA", share=8, names=_ITALIAN, zones=("Europe/Rome",),
           places=("Valmalenco", "Bassano", "Grigna", "Carrara", "Valsusa")),
    Nation(code="SUI", share=6, names=_ALPINE_GERMAN, zones=("Europe/Zurich",),
           places=("Prättigau", "Uri", "Toggenburg", "Davos")),
    Nation(code="AUT", share=6, names=_ALPINE_GERMAN, zones=("Europe/Vienna",),
           places=("Pitztal", "Zillertal", "Dachstein", "Montafon")),
    Nation(code="NED", share=5, names=_DUTCH, zones=("Europe/Amsterdam",),
           places=("Veluwe", "Utrecht", "Maastricht")),
    Nation(code="BEL", share=5, names=_DUTCH, zones=("Europe/Brussels",),
           places=("Ardennes", "Leuven", "Gent")),
    Nation(code="CAN", share=4, names=_ENGLISH,
           zones=("America/Vancouver", "America/Edmonton", "America/Toronto", "Canada/"),
           places=("Squamish", "Canmore", "Laurentides")),
    Nation(code="AUS", share=3, names=_ENGLISH, zones=("Australia/",),
           places=("Blue Mountains", "Bright", "Launceston")),
    Nation(code="NOR", share=3, names=_NORWEGIAN, zones=("Europe/Oslo",),
           places=("Rondane", "Lofoten", "Bærum")),
    Nation(code="SWE", share=3, names=_SWEDISH, zones=("Europe/Stockholm",),
           places=("Åre", "Falun", "Kullaberg")),
    Nation(code="POR", share=3, names=_PORTUGUESE, zones=("Europe/Lisbon", "Atlantic/Madeira"),
           places=("Gerês", "Lousã")),
    Nation(code="POL", share=3, names=_POLISH, zones=("Europe/Warsaw",),
           places=("Zakopane", "Kraków", "Gdynia")),
    Nation(code="CZE", share=2, names=_CZECH, zones=("Europe/Prague",),
           places=("Krkonoše", "Beskydy")),
    Nation(code="MAR", share=2, names=_MOROCCAN, own_script=_MOROCCAN_ARABIC,
           zones=("Africa/Casablanca",), places=("Zagora", "Toubkal")),
    Nation(code="RSA", share=2, names=_SOUTH_AFRICAN, zones=("Africa/Johannesburg",),
           places=("Drakensberg", "Kakamas")),
    Nation(code="JPN", share=2, names=_JAPANESE, own_script=_JAPANESE_OWN,
           zones=("Asia/Tokyo",), places=("Hakone", "Nagano")),
    Nation(code="CHN", share=2, names=_CHINESE, own_script=_CHINESE_OWN,
           zones=("Asia/Shanghai", "Asia/Hong_Kong"), places=("Chongli", "Dali")),
    Nation(code="FIN", share=1, names=_FINNISH, zones=("Europe/Helsinki",),
           places=("Pallas", "Nuuksio")),
    Nation(code="GRE", share=1, names=_GREEK, zones=("Europe/Athens",), places=("Olympos",)),
    Nation(code="UKR", share=1, names=_UKRAINIAN, own_script=_UKRAINIAN_CYRILLIC,
           zones=("Europe/Kyiv", "Europe/Kiev"), places=("Carpathia",)),
    Nation(code="BRA", share=1, names=_PORTUGUESE, zones=("America/Sao_Paulo",),
           places=("Mantiqueira",)),
    Nation(code="CRC", share=1, names=_LATIN_AMERICAN, zones=("America/Costa_Rica",),
           places=("Quepos", "Chirripó")),
    Nation(code="CHI", share=1, names=_LATIN_AMERICAN, zones=("America/Santiago",),
           places=("Atacama", "Maipo")),
    Nation(code="NEP", share=1, names=_NEPALI, zones=("Asia/Kathmandu", "Asia/Katmandu"),
           places=("Lukla", "Pokhara")),
    Nation(code="IND", share=1, names=_INDIAN, zones=("Asia/Kolkata",), places=("Ladakh", "Pune")),
    Nation(code="KEN", share=1, names=_EAST_AFRICAN, zones=("Africa/Nairobi",),
           places=("Iten", "Nyahururu")),
    Nation(code="ISL", share=1, names=_ICELANDIC, zones=("Atlantic/Reykjavik",),
           places=("Esja", "Laugavegur")),
)  # fmt: skip

CLUB_WORDS = ("Trail", "Runners", "Mountain Club", "Athletics", "Trail Team", "Harriers")

TEAM_WORDS = (
    _words("Quick Slow Happy Dusty Stubborn Lost Silent Wild Muddy Brave Weary Flying"),
    _words("Ibex Marmots Ravens Foxes Goats Snails Larks Badgers Chamois Mules Swifts"),
)
"""What a team's name is put together from."""

_HOME_SHARE = 0.35
_OWN_SCRIPT_SHARE = 0.25


def draw_nation(chance: Random, timezone: str) -> Nation:
    """A nation: a third and a bit of a field is at home where the race is (invented)."""
    home = [n for n in NATIONS if timezone.startswith(n.zones)]
    if home and chance.random() < _HOME_SHARE:
        return home[0]
    return chance.choices(NATIONS, [n.share for n in NATIONS])[0]


def draw_name(chance: Random, nation: Nation, gender: str) -> str:
    """A full name; now and then in the nation's own script, where it has one."""
    own = nation.own_script
    if own is not None and chance.random() < _OWN_SCRIPT_SHARE:
        return own.draw(chance, gender)
    return nation.names.draw(chance, gender)


def draw_club(chance: Random, nation: Nation) -> str:
    """The name of a club that could exist there."""
    return f"{chance.choice(nation.places)} {chance.choice(CLUB_WORDS)}"


def draw_team_name(chance: Random, taken: Collection[str]) -> str:
    """A team's name that is not taken, if need be with a place or a number behind it."""
    name = _team_name(chance)
    if name in taken:
        name = f"{name} {chance.choice(chance.choice(NATIONS).places)}"
    return f"{name} {len(taken) + 1}" if name in taken else name


def _team_name(chance: Random) -> str:
    return " ".join(chance.choice(words) for words in TEAM_WORDS)
