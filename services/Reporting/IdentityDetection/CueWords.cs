namespace Avvik.Reporting.IdentityDetection;

internal enum Cue
{
    None,
    /// <summary>The number belongs to a telephone.</summary>
    Phone,
    /// <summary>The number is that of a health professional.</summary>
    Hpr,
    /// <summary>The number counts, measures or refers to something that is not a person.</summary>
    Other,
    /// <summary>Someone who can be called stands right before the number.</summary>
    Person,
}

/// <summary>What the words before a number say that it is. Only asked about numbers that could be something.</summary>
internal static class CueWords
{
    private const int Reach = 40;

    // A star stands for any ending. Whole words where the ending would lead astray: Ringsaker, mobilisere, morfin, farlig.
    private static readonly (string[] Words, string[] Starts) s_phone = Parse(
        """
        tel mob mobil mobilen mobiln* mobilt* tlf* ring ringe ringer ringes ringt ringte oppring* anrop* nås nåes treffes
        kontakt* sentralbord* sms tekstmelding* faks fax phone mobile vipps hjemmen* privatn* direkten* vaktn* jobbn*
        """);

    private static readonly (string[] Words, string[] Starts) s_other = Parse(
        """
        id ref referanse* sak saken saker saks* case melding* message* journal* henvis* rekvisisjon* remiss* prøve* kvittering*
        faktura* ordre* bestilling* serie* lot batch kid iban konto* org oid guid uuid ean gtin ip versjon kr nok beløp*
        kl klokka klokken dato* rom uke uker uka uken ukene alder
        bt rr rf bs hb crp sat spo puls pulsen news score skår blodtrykk* blodsukker* metning* saturasjon* temp* respirasjon*
        frekvens* vekt* måling* målt* verdi* dose*
        """);

    private static readonly (string[] Words, string[] Starts) s_person = Parse(
        """
        pårørende* datter* sønn* mor moren mora far faren bror* søster* søstera kone kona ektefelle* ektemann* samboer* verge*
        foreldre* nabo* barnebarn*
        """);

    private static readonly (string[] Words, string[] Starts) s_hpr = Parse("hpr* autorisasjonsn* helsepersonelln* helsepersonellreg*");

    /// <summary>
    /// The nearest word that names the number wins. A word for something else (<see cref="Cue.Other"/>) speaks only of
    /// the first number after it, so a telephone further back still counts: "ring etter kl. 12 på …".
    /// </summary>
    /// <returns>The cue, and how many characters there are between it and the number.</returns>
    public static (Cue Cue, int Distance) Before(ReadOnlySpan<char> text, int number)
    {
        (Cue Cue, int Distance) fallback = (Cue.None, int.MaxValue);
        bool passedWord = false, passedNumber = false, passedSentence = false;
        var position = number;
        while (position > 0 && number - position < Reach)
        {
            var c = text[position - 1];
            if (!char.IsLetter(c))
            {
                passedNumber |= char.IsDigit(c);
                passedSentence |= c == '\n' ? passedWord : c is '.' or '!' or '?' && position < number && char.IsWhiteSpace(text[position]);
                position--;
                continue;
            }

            var end = position;
            while (position > 0 && char.IsLetter(text[position - 1])) position--;
            var word = text[position..end];
            var distance = number - end;

            if (Matches(word, s_phone) || EndsIn(word, "tlf") || word.Contains("telefon", StringComparison.OrdinalIgnoreCase)) return (Cue.Phone, distance);
            if (Matches(word, s_hpr) || (fallback.Cue == Cue.Phone && Is(word, "helsepersonell"))) return (Cue.Hpr, distance);
            if (Is(word, "nr") || Is(word, "nummer") || Is(word, "nummeret"))
            {
                // Of what, the word before it may tell. If none does: "jeg har nr. …".
                if (!passedNumber && fallback.Cue == Cue.None) fallback = (Cue.Phone, distance);
            }
            else if (Matches(word, s_other) || EndsIn(word, "nr") || EndsIn(word, "nummer") || EndsIn(word, "nummeret") || EndsIn(word, "dato"))
            {
                if (!passedNumber) return (Cue.Other, distance);
            }
            else if (Matches(word, s_person))
            {
                if (!passedWord && !passedNumber) fallback = (Cue.Person, distance);
            }
            // "tlf. 22…" holds an abbreviation, "… ble utskrevet. 22…" ends another sentence.
            else if (passedSentence && word.Length > 3) break;

            passedWord = true;
        }
        return fallback;
    }

    private static (string[] Words, string[] Starts) Parse(string list)
    {
        var all = list.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return ([.. all.Where(w => !w.EndsWith('*'))], [.. all.Where(w => w.EndsWith('*')).Select(w => w[..^1])]);
    }

    private static bool Matches(ReadOnlySpan<char> word, (string[] Words, string[] Starts) list)
    {
        foreach (var candidate in list.Words)
            if (Is(word, candidate)) return true;
        foreach (var start in list.Starts)
            if (word.StartsWith(start, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }

    private static bool Is(ReadOnlySpan<char> word, string other) => word.Equals(other, StringComparison.OrdinalIgnoreCase);

    private static bool EndsIn(ReadOnlySpan<char> word, string end) => word.EndsWith(end, StringComparison.OrdinalIgnoreCase);
}
