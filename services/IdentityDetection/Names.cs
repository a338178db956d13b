using System.Collections.Frozen;
using Avvik.Contracts;

namespace Avvik.IdentityDetection;

/// <summary>What a word can be where a person may be named. The lists are the common ones, not all: the words around a name find the rest.</summary>
internal static class Names
{
    private static readonly Lookup s_first = new(
        """
        Bergljot Åsta Asta Halldis Hjørdis Torgunn Magny Synnøva Ingjerd Gerda Hege Henning Hogne Oddbjørg Ottar Jarl Kåre Leiv Margot Nelly Oddgeir Ottilie Roy Ronja Sissel Svanhild Sylvi Tora Tordis Torkel Tormod Trym Vidkun Vivian Wilma
        Aage Adam Adrian Agnes Agnieszka Ahmed Aisha Aksel Albert Alexander Alf Alfred Ali Alice Alise Alma Amalie Amanda Amina Anders Andrea Andreas Andrzej Ane Anette Anita Anja Ann Anna Anne
        Annelise Anniken Anton Arild Arne Arnfinn Arnt Arthur Arvid Asbjørn Astrid Atle Audun August Aurora Aud Aslaug Asle Beate Benedikte Benjamin Bente Bernt Berit Birger Birgit Birgitte Bjarne Bjørg
        Bjørn Bjørnar Bodil Borghild Brita Britt Brynhild Bård Børge Camilla Carina Carl Caroline Cathrine Cecilie Charlotte Christer Christian Christin Christina Christine Christoffer Daniel Dagfinn
        Dagny David Ebba Edel Edith Edvard Edvin Egil Einar Eirik Eirin Elena Eli Elias Elin Eline Elisabeth Elise Ella Ellen Ellinor Elsa Else Elvira Emil Emilie Emma Erik Erika Erlend Erling Ernst
        Espen Eva Even Evy Fatima Filip Finn Frank Fredrik Fredrikke Frida Fritjof Frode Geir Georg Gerd Gisle Grethe Gro Grzegorz Gudrun Gunda Gunhild Gunn Gunnar Gunvor Guro Gustav Guttorm Gøran Haakon
        Halvor Halvard Hanna Hannah Hanne Hans Harald Harry Hassan Hedda Hedvig Heidi Helen Helena Helene Helga Helge Helle Henrik Henriette Henny Herman Hermine Hilda Hilde Hildegunn Hjalmar Håkon Håvard Ibrahim Ida Ina
        Ine Ines Ingar Inge Ingeborg Inger Ingrid Ingunn Ingvald Ingvild Irene Iris Isabel Isabella Isak Ivan Ivar Iver Iselin Jacob Jakob Jan Jane Janne Jannicke Jarle Jenny Jens Jesper Johan Johanna Johanne Johannes
        John Johnny Jon Jonas Jonathan Jorunn Josef Josefine Jostein Judith Julie Jørgen Jørn Kai Kaia Kamilla Karen Kari Karin Karina Karl Karoline Katarzyna Kate Kathrine Katrine Kenneth Ketil Khadija Kim Kine
        Kirsten Kirsti Kjartan Kjell Kjersti Kjetil Klara Knut Konrad Krister Kristian Kristin Kristina Kristine Kristoffer Lars Laila Leif Lena Leonard Linda Line Linn Linnea Lisa Lise Liv Lone Louise Lucas Ludvig
        Lukas Mads Magne Magnhild Magnus Maja Malene Malin Margaret Margit Margrethe Margunn Mari Maria Marianne Marie Marit Marius Markus Marta Marte Martha Marthe Martin Martine Mathea Mathias Mathilde Mats Maud
        Maren Merete Mette Michael Mikael Mikkel Mina Mohamed Mohammad Mohammed Mona Monica Monika Morten Nadia Natalia Nathalie Nikolai Nils Nina Noah Nora Norunn Odd Oddbjørn Oddny Oddvar Ola Olaf Olaug Olav Ole Oleksandr
        Olena Olga Oliver Olivia Omar Oscar Oskar Othilie Otto Ove Per Pernille Petra Petter Peder Philip Piotr Pål Ragna Ragnar Ragnhild Randi Rannveig Ranveig Rasmus Rebecca Rebekka Reidar Reidun Renate Rita Roald
        Roar Robert Roger Rolf Ronny Ruben Rune Runar Ruth Rønnaug Salma Samuel Sander Sandra Sara Sarah Sebastian Selma Sigbjørn Sigmund Signe Sigrid Sigrun Sigurd Silje Simen Simon Siri Siv Snorre Sofia Sofie Solfrid Solveig
        Solvor Stein Steinar Sten Stian Stig Stine Sunniva Susanne Svein Sveinung Sverre Svitlana Synne Synnøve Søren Tanja Tarjei Terese Terje Thea Theodor Thomas Thor Thorbjørn Thore Tobias Tom Tomas Tomasz Tommy Tone Tonje Tor Torbjørn
        Tord Tore Torgeir Torhild Toril Torill Torleif Torstein Torunn Torvald Tove Trine Trond Trude Trygve Turid Tuva Ulf Ulrik Unni Vegar Vegard Vera Vetle Vibeke Victor Victoria Vidar Vigdis Viktor Viktoria Vilde Vilhelm
        William Wenche Yngve Ylva Yusuf Yvonne Zainab Øistein Øivind Ørjan Øystein Øyvind Åge Åse Åsmund Åsne Dag Sol Storm Vår Mai
        """);

    // These open sentences as other words: alone they name nobody.
    private static readonly Lookup s_alsoWords = new("Even Per Dag Sol Storm Vår Mai Liv Stein Bjørn Odd Gro Finn Else Ine Ina Tor Kim Ali Ole Else Helle Helga Helge Line Mina Lone Siv Frank Jon Otto Rose Tom Alf Aud Eli");

    private static readonly Lookup s_last = new(
        """
        Aas Ali Andersen Andreassen Antonsen Arnesen Bakke Bakken Berg Berge Berger Berntsen Birkeland Bjerke Bjørnstad Brekke Bråten Bø Bøe Christensen Christiansen Dahl Dahle Danielsen Eide Eliassen Ellingsen Engen
        Eriksen Evensen Fjeld Foss Fossum Fredriksen Gjerde Gulbrandsen Gundersen Haga Hagen Hague Halvorsen Hammer Hansen Haug Haugan Haugen Hauge Helgesen Henriksen Hermansen Holm Holmen Holte Hussein Isaksen
        Iversen Jacobsen Jakobsen Jensen Johannessen Johansen Johnsen Jørgensen Karlsen Khan Kleven Knudsen Knutsen Kristensen Kristiansen Krogh Larsen Lie Lien Lund Lunde Løken Madsen Martinsen Mathisen Mikkelsen Moe
        Moen Mohamed Monsen Mortensen Myhre Myhr Myklebust Naess Næss Nguyen Nielsen Nilsen Nordli Nordmann Nygaard Nygård Næss Olsen Ottesen Paulsen Pedersen Pettersen Rasmussen Ruud Rønning Sand Sandberg Sande
        Sandvik Simonsen Sivertsen Skaar Skoglund Sletten Solberg Solheim Solli Strand Strøm Stene Sunde Svendsen Sørensen Sæther Sætre Thomassen Thorsen Tangen Teigen Tveit Ulvestad Vik Viken Vold Wang Wiik Wold
        Ødegård Ødegaard Øien Østby Østli Aasen Aune Amundsen Arntzen Bjørklund Borgen Bye Hegge Hoel Hovland Kvam Kvamme Kristoffersen Langeland Lindberg Lysne Nordby Nordahl Opsahl Røed Skaug Skogen Stensrud Storli
        Svendsen Syversen Tangen Thoresen Toft Torgersen Tveten Vangen Voll Westby Ås
        """);

    private static readonly string[] s_lastEndings = ["sen", "sson", "rud", "berg", "stad", "vik", "haug", "haugen", "moen", "bakken", "dahl", "lien", "seth", "sæther", "hagen", "bråten", "gaard", "gård", "holm", "strøm", "lund", "vold", "ström", "ski", "ska", "enko"];

    private static readonly string[] s_institutionEndings =
    [
        "sykehus", "sykehuset", "sjukehus", "sjukehuset", "sykehusets", "hospital", "hospitalet", "sykehjem", "sykehjemmet", "sjukeheim", "sjukeheimen", "hjemmet", "aldershjem", "senter", "senteret", "sentral", "sentralen",
        "kontor", "kontoret", "vakt", "vakten", "vakta", "avdeling", "avdelingen", "klinikk", "klinikken", "tjeneste", "tjenesten", "tenesta", "tjenestene", "kommune", "kommunen", "post", "posten", "skole", "skolen", "barnehage", "barnehagen",
        "bofellesskap", "bofellesskapet", "omsorgsbolig", "apotek", "apoteket", "mottak", "mottaket", "bolig", "boligen", "team", "teamet", "foretak", "foretaket", "sykdom", "syndrom", "syndromet", "sjukdom",
        "gate", "gata", "gaten", "vei", "veien", "veg", "vegen", "plass", "allé", "stiftelse", "stiftelsen", "minne", "fylke", "gård",
        "helsehus", "helsehuset", "legevakt", "legesenter", "bo", "tun", "hotell", "kirke", "park", "metoden", "prosjektet", "modellen", "bygget", "huset", "rommet", "fagråd", "utvalget", "forløp", "forløpet", "kurs",
    ];

    // What a person can have: after "Kari Nordmanns" it says nothing against the name.
    private static readonly string[] s_thingEndings = ["rapport", "rapporten", "melding", "meldingen", "liste", "listen", "lista", "epikrise", "epikrisen", "journal", "journalen", "skala", "test", "score", "index", "kateter"];

    // Capitalised, and no person: whose disease it is called after, what a ward takes, the days, the systems.
    private static readonly Lookup s_other = new(
        """
        Parkinson Parkinsons Alzheimer Alzheimers Crohn Crohns Down Downs Lewy Huntington Huntingtons Glasgow Braden Barthel Hickman Foley Bechterew Sjøgren Sjøgrens Asperger Aspergers Tourette Tourettes Guillain Barré
        Korsakoff Wernicke Addison Addisons Cushing Cushings Basedow Basedows Raynaud Meniere Norton Apgar Montgomery Doppler Holter Marevan Paracet Xarelto Eliquis Albyl Plavix Fragmin Metoprolol Selo Zok Ibux Oxynorm
        Oxycontin Furix Burinex Lasix Levaxin Sobril Imovane Dips Gerica Profil Cosdoc Helseplattformen Helsenorge Kjernejournal Norge Norges Norsk Norske Helse Sykehuset Sjukehuset Sankt Nav Mandag Tirsdag Onsdag Torsdag
        Fredag Lørdag Søndag Januar Februar Mars April Juni Juli August September Oktober November Desember Jul Påske Pinse Innlagt Utskrevet Overflyttet Sendt Hentet Hjemmetjenesten Hjemmesykepleien Legevakten Fastlegen
        Pasienten Pasient Det Den Dette Disse Vi Jeg Hun Han De Ingen Etter Ved For Fra Til Med Uten Kan Må Skal Er Var Ble Bør Har Hadde Kommer Kom Får Fikk Ifølge Epikrise Epikrisen Medisinsk Kirurgisk Ortopedisk Psykiatrisk
        Sengepost Akutt Akuttmottak Intensiv Poliklinikk Dato Adresse Telefon Tlf Alder Diagnose Navn Født Kl Nr Avd Rom Seksjon Enhet Kommune Fylke Region Nord Sør Øst Vest Øvre Nedre Indre Ytre Store Lille Nye Gamle
        """);

    private static readonly Lookup s_places = new(
        $"""
        Oslo Bergen Trondheim Stavanger Tromsø Drammen Fredrikstad Sandnes Kristiansand Tønsberg Kongsberg Harstad Grimstad Larvik Narvik Sandvika Lillestrøm Lørenskog Gjøvik Raufoss Moelv Brumunddal Kongsvinger Lillehammer
        Hamar Elverum Tynset Otta Jessheim Eidsvoll Gardermoen Ullevål Rikshospitalet Aker Ahus Reinsvoll Sanderud Bodø Mosjøen Sandnessjøen Brønnøysund Gravdal Leknes Svolvær Stokmarknes Innlandet Hedmark Oppland Nordland
        Østlandet Vestlandet Gudbrandsdalen Østerdalen Valdres Hadeland Toten Solør Odal Furnes Vinstra Fagernes Bagn Lena Skreia Ridabu Stavsberg Danmark Sverige Finland Polen Ukraina Syria Somalia
        {string.Join(' ', HealthCommunities.All.SelectMany(c => c.Parties).Select(p => p.Name))}
        """);

    private static readonly Lookup s_titles = new("pasient pasienten pasientens pas fru frk frøken herr hr fr dr doktor lege legen fastlege fastlegen overlege overlegen turnuslege spl sykepleier sykepleieren sykepleiar jordmor jordmora jordmoren beboer beboeren bebuar bebuaren brukeren tjenestemottaker tjenestemottakeren vernepleier helsefagarbeider hjelpepleier fysioterapeut ergoterapeut psykolog saksbehandler avdelingsleder kontaktsykepleier primærkontakt kontaktperson signert sign");

    private static readonly Lookup s_kin = new("mor moren mora far faren datter datteren dattera sønn sønnen ektefelle ektefellen kone kona ektemann ektemannen mannen samboer samboeren bror broren søster søsteren verge vergen pårørende foreldre tante onkel bestemor bestefar mormor farmor morfar farfar barnebarn niese nevø svigerdatter svigerdatteren svigersønn svigersønnen hustru hustruen dotter dottera son sonen tanta bestemoren bestefaren nabo naboen venn venninne gutten jenta jenten barnet kvinnen ved heter heiter kalt kalles navn navnet namn");

    // Also a verb, or a word before anything: "bruker Marevan", "gjelder Hamar".
    private static readonly Lookup s_weak = new("bruker gjelder vedrørende ang angående hilsen mvh kjære hei enke enkemann hos med og til fra av at");

    private static readonly Lookup s_birth = new("født fødd fødselsdato fødselsdatoen fødselsdag fødtdato fdato fødd-dato fødselsår f dob born");

    public static bool IsFirst(ReadOnlySpan<char> word) => s_first.Contains(word) || (word.IndexOf('-') is > 1 and var hyphen && s_first.Contains(word[..hyphen]));

    public static bool IsAlsoWord(ReadOnlySpan<char> word) => s_alsoWords.Contains(word);

    public static bool IsCommonLast(ReadOnlySpan<char> word) => s_last.Contains(word);

    /// <summary>Known as one, or made like one; in the genitive too.</summary>
    public static bool IsLast(ReadOnlySpan<char> word)
    {
        if (s_last.Contains(word) || (word.Length > 3 && word[^1] is 's' or 'S' && s_last.Contains(word[..^1]))) return true;
        if (word.IndexOf('-') is > 1 and var hyphen) return IsLast(word[(hyphen + 1)..]);
        if (word.Length > 6 && word[^1] is 's' && word[^2] is not ('s' or 'u')) word = word[..^1];
        foreach (var ending in s_lastEndings)
            if (word.Length >= ending.Length + 2 && word.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }

    public static bool IsPlace(ReadOnlySpan<char> word) => s_places.Contains(word) || (word.Length > 3 && word[^1] == 's' && s_places.Contains(word[..^1]));

    public static bool IsOther(ReadOnlySpan<char> word) => s_other.Contains(word);

    public static bool IsInstitution(ReadOnlySpan<char> word)
    {
        foreach (var ending in s_institutionEndings)
            if (ending.Length <= 3 || ending is "park" or "test" or "gård" ? word.Equals(ending, StringComparison.OrdinalIgnoreCase) : word.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }

    public static bool IsThing(ReadOnlySpan<char> word)
    {
        foreach (var ending in s_thingEndings)
            if (word.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }

    public static NameCue CueOf(ReadOnlySpan<char> word) => s_titles.Contains(word) ? NameCue.Title : s_kin.Contains(word) ? NameCue.Kin : s_weak.Contains(word) ? NameCue.Weak : NameCue.None;

    public static bool IsBirth(ReadOnlySpan<char> word) => s_birth.Contains(word);

    private sealed class Lookup(string words)
    {
        private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _words =
            words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

        public bool Contains(ReadOnlySpan<char> word) => _words.Contains(word);
    }
}

/// <summary>What the word before says of a name.</summary>
internal enum NameCue
{
    None,
    /// <summary>Anything may follow it: only a known first name counts.</summary>
    Weak,
    /// <summary>Someone who goes by the first name.</summary>
    Kin,
    /// <summary>Someone who goes by the last name as well.</summary>
    Title,
}
