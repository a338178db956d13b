namespace Avvik.IdentityDetection;

/// <summary>
/// One pass over the words of a text for names, birth dates and addresses. They have no control digits: they are found after a cue, or where a first
/// name and a last name are adjacent.
/// </summary>
internal ref struct PossibleIdentityScan(ReadOnlySpan<char> text)
{
    private const int LongestName = 5;
    private static readonly string[] s_streetEndings = [.. Words.Read("street-endings")];
    private static readonly string[] s_streetEndingsAfterCue = [.. Words.Read("street-endings-after-cue")];
    private static readonly WordSet s_addressCues = new(Words.Read("cues-address"));
    private static readonly string[] s_noStreets = [.. Words.Read("not-streets")];
    private static readonly string[] s_months =
        ["januar", "februar", "mars", "april", "mai", "juni", "juli", "august", "september", "oktober", "november", "desember"];

    private readonly ReadOnlySpan<char> _text = text;
    private List<IdentityFinding>? _findings;

    public IReadOnlyList<IdentityFinding> Find()
    {
        var before = default(Range);
        for (var word = WordFrom(0); !word.IsEmpty;)
        {
            var end = word.End;
            if (NameEnd(before, word) is > 0 and var nameEnd) end = Add(IdentityKind.PersonName, word.Start, nameEnd);
            else if (Names.IsBirth(Of(word)) && BirthDate(word.End) is { IsEmpty: false } date) end = Add(IdentityKind.BirthDate, date.Start, date.End);
            else if (Address(before, word) is { IsEmpty: false } address) end = Add(IdentityKind.Address, address.Start, address.End);
            before = end == word.End ? word : default;
            word = WordFrom(end);
        }
        return (IReadOnlyList<IdentityFinding>?)_findings ?? [];
    }

    private readonly ReadOnlySpan<char> Of(Range word) => _text[word.Start..word.End];

    /// <summary>The next word: letters, with hyphens and apostrophes between them.</summary>
    private readonly Range WordFrom(int at)
    {
        while (at < _text.Length && !char.IsLetter(_text[at])) at++;
        var start = at;
        while (at < _text.Length && (char.IsLetter(_text[at]) || (at > start && IsInnerMark(at)))) at++;
        return new(start, at);
    }

    /// <summary>A hyphen or an apostrophe before a letter.</summary>
    private readonly bool IsInnerMark(int at) =>
        _text[at] is '-' or '\'' or '’' or '\u00AD' && at + 1 < _text.Length && char.IsLetter(_text[at + 1]);

    /// <summary>Where the name that starts with the word ends; 0 when it does not start a name.</summary>
    private readonly int NameEnd(Range before, Range word)
    {
        var first = Of(word);
        if (!char.IsUpper(first[0])) return first.Length < 2 ? 0 : LowerCaseNameEnd(before, word);
        if (Names.IsOther(first) || Names.IsInstitution(first) || Names.IsThing(first) || IsAcronym(first)) return 0;
        var known = Names.IsFirst(first);
        // "Søsteren Randi": the cue itself is not a name.
        if (!known && Names.CueOf(first) != NameCue.None) return 0;

        var cue = CueBefore(before, word);
        // The words of the name, up to one in lower case or a place. After a person's title or kin the place is a last name: "pasienten Oddveig Skjåk".
        var (last, count, following, evidence) = (word, 1, WordFrom(word.End), Names.IsForeignSpelling(first));
        while (count < LongestName && Joins(last, following))
        {
            var next = Of(following);
            if (Names.IsInstitution(next)) return 0;
            if (Names.IsOther(next) || Names.IsThing(next) || IsAcronym(next)) break;
            if (Names.IsPlace(next) && !Names.IsCommonLast(next) && (cue < NameCue.Kin || count > 1)) break;
            evidence |= Names.IsForeignSpelling(next) || (Names.IsFirst(next) && !Names.IsAlsoWord(next)) || Names.IsPatronymic(next);
            (last, count, following) = (following, count + 1, WordFrom(following.End));
        }
        // "Moen sykehjem", "Johan Castbergs vei".
        if (!following.IsEmpty && IsSpace(last.End, following.Start)
            && (Names.IsInstitution(Of(following)) || (!char.IsUpper(_text[following.Start]) && EndsStreet(Of(following)))))
            return 0;

        // "pasient K. Nordmann", "K. Nordmann fikk"; "Nordmann, Kari".
        if (first.Length == 1)
            return count > 1 && Names.IsLast(Of(last)) && (cue >= NameCue.Kin || (Mark(word.End) == '.' && IsFollowedByVerb(last, following))) ? last.End : 0;
        if (count == 1 && IsLastThenFirst(word, following, cue)) return following.End;
        if (Names.IsPlace(first) && !known && !(Names.IsCommonLast(first) && cue == NameCue.Title)) return 0;
        var named = count > 1 ? IsFullName(word, last, known, cue, evidence) : IsSingleName(word, following, known, cue);
        return named ? last.End : 0;
    }

    private readonly bool IsFullName(Range word, Range last, bool known, NameCue cue, bool evidence)
    {
        if (IsHeadline(word, last)) return known && Names.IsLast(Of(last));
        if (known && (cue != NameCue.None || Names.IsLast(Of(last)) || !Names.IsAlsoWord(Of(word)))) return true;
        if (cue >= NameCue.Kin || evidence) return true;
        // Inside a sentence two capitalised words in a row are a name when the second is formed like a last name.
        return (cue == NameCue.Weak || !StartsSentence(word)) && (Names.IsLast(Of(last)) || (cue == NameCue.Weak && !Names.IsPlace(Of(last))));
    }

    private readonly bool IsSingleName(Range word, Range following, bool known, NameCue cue)
    {
        var name = Of(word);
        // "LIS1", "KAD".
        if (cue < NameCue.Kin && name.Length <= 5 && !name.ContainsAnyInRange('a', 'z')) return false;
        if ((known && !Names.IsAlsoWord(name)) || Names.IsPatronymic(name)) return true;
        if (Names.IsCommonLast(name) && !Names.IsAlsoWord(name) && !Names.IsPlace(name)
            && IsFollowedByVerb(word, following))
            return true;
        // "Mannen hennes, Zbigniew, var …".
        if (cue >= NameCue.Kin && word.Start > 1 && _text[word.Start - 2] == ',' && Mark(word.End) == ',') return true;
        return cue switch
        {
            // "Fastlege Tveitan hadde ikke …": whatever the name is.
            NameCue.Title => Names.IsLast(name) || known || Names.IsForeignSpelling(name) || IsFollowedByVerb(word, following),
            // "Tante Beaska ble oppringt".
            NameCue.Kin => Names.IsForeignSpelling(name) || known || IsFollowedByVerb(word, following),
            _ => false,
        };
    }

    private readonly bool IsFollowedByVerb(Range last, Range following) =>
        !following.IsEmpty && IsSpace(last.End, following.Start) && Names.IsVerbOfPerson(Of(following));

    /// <summary>The cue of the word before; of the one before that when the word before is a possessive.</summary>
    private readonly NameCue CueBefore(Range before, Range word)
    {
        if (!IsCue(before, word)) return NameCue.None;
        if (!Names.IsPossessive(Of(before))) return Names.CueOf(Of(before));
        var end = before.Start;
        while (end > 0 && _text[end - 1] == ' ') end--;
        var start = end;
        while (start > 0 && char.IsLetter(_text[start - 1])) start--;
        return start == end ? NameCue.None : Names.CueOf(_text[start..end]);
    }

    /// <summary>"Nordmann, Kari", also when only the context shows that the first word is a name.</summary>
    private readonly bool IsLastThenFirst(Range word, Range following, NameCue cue)
    {
        if (following.IsEmpty || !_text[word.End..].StartsWith(", ") || following.Start != word.End + 2 || !char.IsUpper(_text[following.Start])) return false;
        var last = Of(word);
        var first = Of(following);
        return (Names.IsCommonLast(last) || (Names.IsLast(last) && (cue != NameCue.None || !StartsSentence(word))))
            && Names.IsFirst(first) && !Names.IsAlsoWord(first) && !Names.IsCommonLast(first);
    }

    /// <summary>True when the word is the first of its sentence.</summary>
    private readonly bool StartsSentence(Range word)
    {
        var at = word.Start;
        while (at > 0 && _text[at - 1] is ' ' or '\u00A0' or '«' or '"' or '(' or '-') at--;
        return at == 0 || _text[at - 1] is '.' or '!' or '?' or ':' or '\n';
    }

    /// <summary>"pasient kari nordmann".</summary>
    private readonly int LowerCaseNameEnd(Range before, Range word)
    {
        if (before.IsEmpty || !Names.IsFirst(Of(word)) || !IsCue(before, word) || Names.CueOf(Of(before)) < NameCue.Kin) return 0;
        var last = WordFrom(word.End);
        return IsSpace(word.End, last.Start) && Names.IsCommonLast(Of(last)) ? last.End : 0;
    }

    /// <summary>True when only spaces, a colon or the full stop of an abbreviation separate the cue and the name.</summary>
    private readonly bool IsCue(Range before, Range word)
    {
        if (before.IsEmpty || word.Start - before.End > 3) return false;
        var gap = _text[before.End..word.Start];
        var mark = gap[0];
        // "datteren, Hege, ringte".
        if (mark == ',')
        {
            return gap is ", " && (Names.CueOf(Of(before)) >= NameCue.Kin || Names.IsPossessive(Of(before)))
                && ((Names.IsFirst(Of(word)) && !Names.IsAlsoWord(Of(word))) || (char.IsUpper(_text[word.Start]) && Mark(word.End) == ','));
        }
        return mark switch
        {
            ':' or '=' => gap[1..].Trim().IsEmpty,
            '.' => before.End - before.Start <= 4 && gap[1..].Trim().IsEmpty,
            _ => !gap.Contains('\n') && gap.Trim(" \u00A0«\"(").IsEmpty,
        };
    }

    /// <summary>True for another part of the same name: after one space, or after an initial.</summary>
    private readonly bool Joins(Range last, Range following)
    {
        if (following.IsEmpty || (!char.IsUpper(_text[following.Start]) && !HasArticle(following))) return false;
        var gap = _text[last.End..following.Start];
        return gap is " " or "\u00A0" || (gap is ". " && last.End - last.Start == 1);
    }

    /// <summary>"al-Masri".</summary>
    private readonly bool HasArticle(Range word) => Of(word) is ['a' or 'e', 'l', '-', var next, ..] && char.IsUpper(next);

    private readonly bool IsSpace(int from, int to) => to - from == 1 && _text[from] is ' ' or '\u00A0';

    /// <summary>Short and all capitals: HLR, KAD, SI.</summary>
    private static bool IsAcronym(ReadOnlySpan<char> word)
    {
        if (word.Length > 5 || word.Length == 1) return false;
        foreach (var c in word)
            if (!char.IsUpper(c)) return false;
        return !Names.IsFirst(word) && !Names.IsLast(word);
    }

    /// <summary>All capitals: two adjacent words are not evidence of a name.</summary>
    private readonly bool IsHeadline(Range word, Range last) => !_text[word.Start..last.End].ContainsAnyInRange('a', 'z');

    private readonly Range BirthDate(int at)
    {
        // "født: 1.2.1950", "f. 010250", "født den 1. februar 1950", "fødselsdato er …".
        for (var steps = 0; at < _text.Length && !char.IsAsciiDigit(_text[at]); steps++)
        {
            if (steps > 8) return default;
            if (char.IsLetter(_text[at]))
            {
                var word = WordFrom(at);
                if (Of(word) is not ("den" or "dato" or "er" or "var" or "på")) return default;
                at = word.End;
            }
            else if (_text[at] is ' ' or ':' or '.' or '=' or '(' or '\u00A0') at++;
            else return default;
        }
        return DateEnd(at) is > 0 and var end ? new(at, end) : default;
    }

    /// <summary>Where a whole date, with its year, ends; 0 when there is none.</summary>
    private readonly int DateEnd(int at)
    {
        var (first, end) = Digits(at);
        switch (end - at)
        {
            case 8: return Ends(end) && (IsDate(first / 1_000_000, first / 10_000 % 100) || IsDate(first % 100, first / 100 % 100)) ? end : 0;
            case 6: return Ends(end) && IsDate(first / 10_000, first / 100 % 100) ? end : 0;
            case 4 when Mark(end) is '-' or '.' or '/':
                var (yearsMonth, yearsMonthEnd) = Digits(end + 1);
                var (day, dayEnd) = Mark(yearsMonthEnd) is '-' or '.' or '/' ? Digits(yearsMonthEnd + 1) : default;
                return dayEnd > yearsMonthEnd && Ends(dayEnd) && IsDate(day, yearsMonth) ? dayEnd : 0;
            case 1 or 2:
                return DayFirstEnd(first, end);
            default: return 0;
        }
    }

    private readonly int DayFirstEnd(int day, int end)
    {
        var next = end;
        if (Mark(next) is '.' or '/' or '-') next++;
        while (Mark(next) == ' ') next++;
        if (char.IsLetter(Mark(next)))
        {
            var word = WordFrom(next);
            var named = false;
            foreach (var name in s_months) named |= Of(word).Equals(name, StringComparison.OrdinalIgnoreCase);
            var (written, writtenEnd) = Digits(word.End + 1);
            return named && day is >= 1 and <= 31 && written is >= 1900 and < 2100 && writtenEnd - word.End == 5 ? writtenEnd : 0;
        }
        if (next == end) return 0;
        var (month, monthEnd) = Digits(next);
        var after = monthEnd;
        if (Mark(after) is '.' or '/' or '-') after++;
        while (Mark(after) == ' ') after++;
        var (_, yearEnd) = Digits(after);
        return after > monthEnd && yearEnd - after is 2 or 4 && Ends(yearEnd) && IsDate(day, month) ? yearEnd : 0;
    }

    private static bool IsDate(int day, int month) => day is >= 1 and <= 31 && month is >= 1 and <= 12;

    private readonly char Mark(int at) => at < _text.Length ? _text[at] : '\0';

    private readonly bool Ends(int at) => !char.IsAsciiDigit(Mark(at));

    private readonly (int Number, int End) Digits(int at)
    {
        var number = 0;
        for (; at < _text.Length && char.IsAsciiDigit(_text[at]) && number < 100_000_000; at++) number = (number * 10) + _text[at] - '0';
        return (number, at);
    }

    private static bool EndsStreet(ReadOnlySpan<char> word)
    {
        foreach (var ending in s_streetEndings)
            if (word.Equals(ending, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }

    /// <summary>A street with a house number, or gårds- and bruksnummer.</summary>
    private readonly Range Address(Range before, Range word)
    {
        var name = Of(word);
        if (name.Equals("gnr", StringComparison.OrdinalIgnoreCase)) return Farm(word);
        if (Mark(word.End) is not (' ' or '\u00A0') || !char.IsAsciiDigit(Mark(word.End + 1))) return default;
        var start = word.Start;
        if (char.IsUpper(name[0]))
        {
            var street = false;
            foreach (var ending in s_streetEndings) street |= name.Length >= ending.Length + 2 && name.EndsWith(ending, StringComparison.OrdinalIgnoreCase);
            foreach (var other in s_noStreets) street &= !name.StartsWith(other, StringComparison.OrdinalIgnoreCase);
            if (!street && !IsCuedAddress(before, name) && !(EndsStreet(name) && FollowsCapital(before, word))) return default;
            start = !street && EndsStreet(name) ? WithNames(before) : WithQualifier(before, word);
        }
        else if (FollowsCapital(before, word) && EndsStreet(name)) start = WithNames(before);
        else return default;

        var (number, end) = Digits(word.End + 1);
        // Four digits along a country road; four that are a year are none.
        if (end - word.End is < 2 or > 5 || (end - word.End == 5 && number is >= 1900 and < 2100)) return default;
        // "12. august", "4. etasje", "12.08", "12:30", "12 timer".
        var after = Mark(end);
        if (char.IsLetter(after))
        {
            if (char.IsLetter(Mark(end + 1))) return default;
            return new(start, end + 1);
        }
        if (after is '.' or ':' or '-' or '/' && char.IsAsciiDigit(Mark(end + 1))) return default;
        if (after is '%' or '°' || (after is '.' && Mark(end + 1) == ' ' && char.IsLower(Mark(end + 2)))) return default;
        if (after is ' ' && char.IsUpper(Mark(end + 1)) && !char.IsLetterOrDigit(Mark(end + 2))) return new(start, end + 2);
        if (after is ' ' && WordFrom(end + 1) is var next && next.Start == end + 1 && IsUnit(Of(next))) return default;
        return new(start, end);
    }

    private readonly bool FollowsCapital(Range before, Range word) =>
        !before.IsEmpty && char.IsUpper(_text[before.Start]) && IsSpace(before.End, word.Start);

    private static bool IsUnit(ReadOnlySpan<char> word) => word is "timer" or "time" or "minutter" or "min" or "dager" or "uker" or "ganger" or "år"
        or "km" or "meter" or "mil" or "prosent" or "pasienter" or "personer" or "kr" or "kroner";

    /// <summary>"Adresse: Solbakken 6".</summary>
    private readonly bool IsCuedAddress(Range before, ReadOnlySpan<char> name)
    {
        if (before.IsEmpty || !s_addressCues.Contains(Of(before)) || Names.IsPlace(name)) return false;
        foreach (var ending in s_streetEndingsAfterCue)
            if (name.Length >= ending.Length + 2 && name.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }

    /// <summary>"Nedre Torggate".</summary>
    private readonly int WithQualifier(Range before, Range word) =>
        !before.IsEmpty && ((IsSpace(before.End, word.Start) && IsQualifier(Of(before)))
            || (_text[before.End..word.Start] is ". " && Of(before) is "St" or "Dr" or "Prof")) ? before.Start : word.Start;

    private static bool IsQualifier(ReadOnlySpan<char> word) => word is "Nedre" or "Øvre" or "Nordre" or "Søndre" or "Østre" or "Vestre"
        or "Store" or "Lille" or "Gamle" or "Nye" or "Indre" or "Ytre";

    /// <summary>The start of the capitalised words before: "Johan Nygaardsvolds gate".</summary>
    private readonly int WithNames(Range before)
    {
        var start = before.Start;
        for (var words = 0; words < 2 && start > 1 && _text[start - 1] == ' ' && char.IsLetter(_text[start - 2]); words++)
        {
            var previous = start - 2;
            while (previous > 0 && char.IsLetter(_text[previous - 1])) previous--;
            if (!char.IsUpper(_text[previous]) || (_findings is [.., var found] && previous < found.Offset + found.Length)) break;
            start = previous;
        }
        return start;
    }

    private readonly Range Farm(Range word)
    {
        var at = word.End;
        while (Mark(at) is '.' or ' ' or ':') at++;
        var (_, end) = Digits(at);
        if (end == at) return default;
        at = end;
        while (Mark(at) is ',' or ' ' or '/') at++;
        var bruk = WordFrom(at);
        if (bruk.Start != at || !Of(bruk).Equals("bnr", StringComparison.OrdinalIgnoreCase)) return default;
        at = bruk.End;
        while (Mark(at) is '.' or ' ' or ':') at++;
        (_, end) = Digits(at);
        return end > at ? new(word.Start, end) : default;
    }

    private int Add(IdentityKind kind, int start, int end)
    {
        (_findings ??= []).Add(new IdentityFinding(kind, start, end - start));
        return end;
    }

    private readonly record struct Range(int Start, int End)
    {
        public bool IsEmpty => Start == End;
    }
}
