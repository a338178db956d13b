namespace Avvik.IdentityDetection;

/// <summary>
/// Person numbers whose birth date and last five digits are separated by words or brackets: "130575 (10689)", "født 13.05.1975, siste fem 10689". The
/// control digits must be valid, and only words that belong to such a number may separate the two.
/// </summary>
internal static class SplitPersonNumbers
{
    // Characters between the date and the five digits.
    private const int MaxDistance = 80;
    private static readonly WordSet s_between = new(Words.Read("cues-last-five", "cues-birth"));
    private static readonly WordSet s_named = new(
        "pnr", "personnr", "personnummer", "personnummeret", "fnr", "fødselsnr", "fødselsnummer", "fem", "siffer", "sifre", "sifrene", "individnummer");
    private static readonly string[] s_months =
        ["januar", "februar", "mars", "april", "mai", "juni", "juli", "august", "september", "oktober", "november", "desember"];

    private readonly record struct Date(int Start, int End, string DayMonthYear);

    public static void Find(string text, ReadOnlySpan<DigitGroup> groups, ref List<IdentityFinding>? found)
    {
        List<Date>? dates = null;
        for (var i = 0; i < groups.Length; i++)
        {
            if (FiveAt(text, groups, i) is not { } five) continue;
            foreach (var date in dates ??= Dates(text, groups))
            {
                var (from, to) = date.End <= five.Start ? (date.End, five.Start) : (five.End, date.Start);
                if (to < from || to - from > MaxDistance || !BelongTogether(text, from, to, five.Start, isDateFirst: date.End <= five.Start)) continue;
                if (!PersonNumber.IsValid(date.DayMonthYear + five.Digits(text), null)) continue;
                var start = Math.Min(date.Start, five.Start);
                (found ??= []).Add(new(IdentityKind.PersonNumber, start, WithBracket(text, from, Math.Max(date.End, five.End)) - start));
            }
        }
    }

    /// <summary>Includes the closing bracket of "130575 (10689)".</summary>
    private static int WithBracket(string text, int opened, int end) =>
        end < text.Length && text[end] is ')' or ']' && text.AsSpan(opened, end - opened).ContainsAny('(', '[') ? end + 1 : end;

    private readonly record struct Five(int Start, int End, int Break)
    {
        public string Digits(string text) => Break < 0 ? text[Start..End] : string.Concat(text.AsSpan(Start, 3), text.AsSpan(Break, 2));
    }

    /// <summary>Five digits, or three digits and the two control digits.</summary>
    private static Five? FiveAt(string text, ReadOnlySpan<DigitGroup> groups, int i)
    {
        var group = groups[i];
        if (group.Length == 5) return new(group.Start, group.End, -1);
        if (group.Length == 3 && i + 1 < groups.Length && groups[i + 1] is { Length: 2 } control && control.Start == group.End + 1
            && text[group.End] is ' ' or '-' or '.')
            return new(group.Start, control.End, control.Start);
        return null;
    }

    private static bool BelongTogether(string text, int from, int to, int five, bool isDateFirst)
    {
        var (named, birth, others) = (false, false, false);
        for (var at = from; at < to; at++)
        {
            if (char.IsAsciiDigit(text[at])) return false;
            if (!char.IsLetter(text[at])) continue;
            var word = WordAt(text, at, to);
            named = s_named.Contains(word);
            birth |= Names.IsBirth(word);
            others |= !s_between.Contains(word);
            at += word.Length - 1;
        }
        if (!isDateFirst) return !others && (birth || NamedBefore(text, five));
        return !others || named;
    }

    /// <summary>"personnummer 10689", "siste fem: 10689".</summary>
    private static bool NamedBefore(string text, int at)
    {
        while (at > 0 && !char.IsLetterOrDigit(text[at - 1])) at--;
        var start = at;
        while (start > 0 && char.IsLetter(text[start - 1])) start--;
        return s_named.Contains(text.AsSpan(start, at - start));
    }

    private static List<Date> Dates(string text, ReadOnlySpan<DigitGroup> groups)
    {
        var dates = new List<Date>();
        for (var i = 0; i < groups.Length; i++)
        {
            var group = groups[i];
            var digits = text.AsSpan(group.Start, group.Length);
            if (group.Length == 6) dates.Add(new(group.Start, group.End, digits.ToString()));
            else if (group.Length == 8)
            {
                dates.Add(new(group.Start, group.End, $"{digits[..4]}{digits[6..]}"));
                dates.Add(new(group.Start, group.End, $"{digits[6..]}{digits[4..6]}{digits[2..4]}"));
            }
            else if (i + 2 < groups.Length && IsDateGap(text, group, groups[i + 1]) && IsDateGap(text, groups[i + 1], groups[i + 2]))
            {
                var second = groups[i + 1].Of(text);
                var third = groups[i + 2].Of(text);
                if (group.Length <= 2 && second.Length <= 2 && third.Length is 2 or 4)
                    dates.Add(new(group.Start, groups[i + 2].End, $"{Two(digits)}{Two(second)}{third[^2..]}"));
                else if (group.Length == 4 && second.Length <= 2 && third.Length <= 2)
                    dates.Add(new(group.Start, groups[i + 2].End, $"{Two(third)}{Two(second)}{digits[2..]}"));
            }
            if (group.Length <= 2 && i + 1 < groups.Length && groups[i + 1] is { Length: 2 or 4 } year
                && MonthBetween(text, group.End, year.Start) is > 0 and var month)
                dates.Add(new(group.Start, year.End, $"{Two(digits)}{month:00}{year.Of(text)[^2..]}"));
        }
        return dates;
    }

    private static string Two(ReadOnlySpan<char> digits) => digits.Length == 1 ? $"0{digits}" : digits.ToString();

    private static bool IsDateGap(string text, DigitGroup before, DigitGroup after) =>
        after.Start - before.End is 1 or 2 && text[before.End] is '.' or '/' or '-' or ' ' && (after.Start - before.End == 1 || text[after.Start - 1] == ' ');

    private static int MonthBetween(string text, int from, int to)
    {
        while (from < to && !char.IsLetter(text[from])) from++;
        if (to - from is < 3 or > 12) return 0;
        var word = WordAt(text, from, to);
        for (var month = 0; month < s_months.Length; month++)
            if (word.Equals(s_months[month], StringComparison.OrdinalIgnoreCase)
                || (word.Length == 3 && s_months[month].AsSpan().StartsWith(word, StringComparison.OrdinalIgnoreCase)))
                return month + 1;
        return 0;
    }

    private static ReadOnlySpan<char> WordAt(string text, int at, int to)
    {
        var end = at;
        while (end < to && char.IsLetter(text[end])) end++;
        return text.AsSpan(at, end - at);
    }
}

/// <summary>A run of adjacent digits.</summary>
internal readonly record struct DigitGroup(int Start, int End)
{
    public int Length => End - Start;

    public ReadOnlySpan<char> Of(string text) => text.AsSpan(Start, Length);

    /// <summary>The groups of a normalized text, from the left, in <paramref name="buffer"/> or, when it is too small, in an array.</summary>
    public static ReadOnlySpan<DigitGroup> In(string text, Span<DigitGroup> buffer)
    {
        var count = 0;
        for (var at = text.AsSpan().IndexOfAnyInRange('0', '9'); at >= 0;)
        {
            var end = at;
            while (end < text.Length && char.IsAsciiDigit(text[end])) end++;
            if (count == buffer.Length)
            {
                var larger = new DigitGroup[text.Length];
                buffer.CopyTo(larger);
                buffer = larger;
            }
            buffer[count++] = new(at, end);
            var next = text.AsSpan(end).IndexOfAnyInRange('0', '9');
            at = next < 0 ? -1 : end + next;
        }
        return buffer[..count];
    }
}
