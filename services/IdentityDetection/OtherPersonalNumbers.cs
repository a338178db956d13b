using System.Globalization;

namespace Avvik.IdentityDetection;

/// <summary>
/// Personal numbers of neighbouring countries, bank accounts and passports. Numbers with control digits are found by them in their usual notation, and
/// without separators only after a cue. Danish numbers issued from 2007 and passports have no control digits and need a cue.
/// </summary>
internal static class OtherPersonalNumbers
{
    // Characters before the number that are searched for a cue.
    private const int MaxDistance = 40;
    private const string FinnishControl = "0123456789ABCDEFHJKLMNPRSTUVWXY";
    private static readonly WordStarts s_foreign = new("cues-foreign-number"), s_account = new("cues-account"), s_passport = new("cues-passport");
    private static readonly WordSet s_number = new("nr", "nummer", "no", "er", "med");

    public static void Find(string text, ReadOnlySpan<DigitGroup> groups, ref List<IdentityFinding>? found)
    {
        for (var i = 0; i < groups.Length; i++)
        {
            if (ForeignEnd(text, groups, i) is > 0 and var foreignEnd)
                (found ??= []).Add(new(IdentityKind.ForeignPersonNumber, groups[i].Start, foreignEnd - groups[i].Start));
            if (Account(text, groups, i) is { Length: > 0 } account) (found ??= []).Add(account);
        }
        if (text.Contains("pass", StringComparison.OrdinalIgnoreCase) || text.Contains("reise", StringComparison.OrdinalIgnoreCase)) Passports(text, ref found);
    }

    /// <summary>Where the foreign personal number that starts with a group ends; 0 when there is none.</summary>
    private static int ForeignEnd(string text, ReadOnlySpan<DigitGroup> groups, int i)
    {
        var group = groups[i];
        var digits = group.Of(text);
        if (group.Start > 0 && (char.IsLetterOrDigit(text[group.Start - 1]) || text[group.Start - 1] is '-' or '+')) return 0;
        if (group.Length is 10 or 12)
        {
            var isNumber = !IsOpen(text, group.End) && IsCued(text, group.Start, s_foreign)
                && (IsSwedish(digits) || (group.Length == 10 && IsDate(digits[..6])));
            return isNumber ? group.End : 0;
        }
        if (group.Length is not (6 or 8) || group.End >= text.Length) return 0;
        if (group.Length == 6 && FinnishEnd(text, group) is > 0 and var finnish) return finnish;
        if (text[group.End] is not ('-' or '+') || i + 1 == groups.Length || groups[i + 1] is not { Length: 4 } tail
            || tail.Start != group.End + 1 || IsOpen(text, tail.End))
            return 0;
        Span<char> ten = stackalloc char[10];
        digits[^6..].CopyTo(ten);
        tail.Of(text).CopyTo(ten[6..]);
        var cued = IsCued(text, group.Start, s_foreign);
        // "20260812-1430" is a date and a time of day.
        var isTime = Pair(ten, 6) < 24 && Pair(ten, 8) < 60;
        if (IsSwedish(ten) && (cued || !isTime)) return tail.End;
        return group.Length == 6 && IsDate(ten[..6]) && (cued || (!isTime && IsDanish(ten))) ? tail.End : 0;
    }

    /// <summary>True when more of the same token follows.</summary>
    private static bool IsOpen(string text, int end) => end < text.Length
        && (char.IsLetterOrDigit(text[end]) || (text[end] is '-' && end + 1 < text.Length && char.IsLetterOrDigit(text[end + 1])));

    private static int FinnishEnd(string text, DigitGroup date)
    {
        var end = date.End + 5;
        if (end > text.Length || IsOpen(text, end) || !IsDate(date.Of(text))
            || text[date.End] is not ('-' or '+' or (>= 'A' and <= 'F') or (>= 'U' and <= 'Y')))
            return 0;
        var individual = text.AsSpan(date.End + 1, 3);
        if (individual.ContainsAnyExceptInRange('0', '9')) return 0;
        var nine = (int.Parse(date.Of(text), CultureInfo.InvariantCulture) * 1000L) + int.Parse(individual, CultureInfo.InvariantCulture);
        return FinnishControl[(int)(nine % 31)] == text[end - 1] ? end : 0;
    }

    /// <summary>Year, month and day (day + 60 in a coordination number), with the Luhn control over the last ten digits.</summary>
    private static bool IsSwedish(ReadOnlySpan<char> number)
    {
        var ten = number[^10..];
        var (month, day) = (Pair(ten, 2), Pair(ten, 4));
        if (month is < 1 or > 12 || (day > 60 ? day - 60 : day) is < 1 or > 31) return false;
        var sum = 0;
        for (var i = 0; i < ten.Length; i++)
        {
            var value = (ten[i] - '0') * (i % 2 == 0 ? 2 : 1);
            sum += (value / 10) + (value % 10);
        }
        return sum % 10 == 0;
    }

    private static bool IsDanish(ReadOnlySpan<char> number) => HasControlDigit(number, [4, 3, 2, 7, 6, 5, 4, 3, 2, 1]);

    private static bool IsDate(ReadOnlySpan<char> dayMonthYear) => Pair(dayMonthYear, 0) is >= 1 and <= 31 && Pair(dayMonthYear, 2) is >= 1 and <= 12;

    private static int Pair(ReadOnlySpan<char> digits, int at) => ((digits[at] - '0') * 10) + digits[at + 1] - '0';

    private static bool HasControlDigit(ReadOnlySpan<char> number, ReadOnlySpan<byte> weights)
    {
        var sum = 0;
        for (var i = 0; i < weights.Length; i++) sum += weights[i] * (number[i] - '0');
        return sum % 11 == 0;
    }

    private static IdentityFinding Account(string text, ReadOnlySpan<DigitGroup> groups, int i)
    {
        var group = groups[i];
        if (group.Start >= 2 && text.AsSpan(group.Start - 2, 2) is "NO" && (group.Start == 2 || !char.IsLetterOrDigit(text[group.Start - 3]))
            && IbanEnd(text, group.Start) is > 0 and var end)
            return new(IdentityKind.BankAccount, group.Start - 2, end - group.Start + 2);
        if (group.Start > 0 && char.IsLetterOrDigit(text[group.Start - 1])) return default;
        Span<char> number = stackalloc char[11];
        var (last, dotted) = (group, false);
        if (group.Length == 11) group.Of(text).CopyTo(number);
        else if (group.Length == 4 && i + 2 < groups.Length && groups[i + 1] is { Length: 2 } middle && groups[i + 2] is { Length: 5 } tail
            && middle.Start == group.End + 1 && tail.Start == middle.End + 1 && text[group.End] is '.' or ' ' && text[middle.End] == text[group.End])
        {
            group.Of(text).CopyTo(number);
            middle.Of(text).CopyTo(number[4..]);
            tail.Of(text).CopyTo(number[6..]);
            (last, dotted) = (tail, text[group.End] == '.');
        }
        else return default;
        return !IsOpen(text, last.End) && HasControlDigit(number, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) && (dotted || IsCued(text, group.Start, s_account))
            ? new(IdentityKind.BankAccount, group.Start, last.End - group.Start)
            : default;
    }

    /// <summary>Where the Norwegian IBAN ends whose digits start here (ISO 13616: the remainder modulo 97 is 1); 0 when there is none.</summary>
    private static int IbanEnd(string text, int start)
    {
        Span<char> digits = stackalloc char[13];
        var (count, at) = (0, start);
        for (; at < text.Length && count < digits.Length; at++)
        {
            if (char.IsAsciiDigit(text[at])) digits[count++] = text[at];
            else if (text[at] != ' ') break;
        }
        if (count < digits.Length || IsOpen(text, at)) return 0;
        // The account, then N and O as 23 and 24, then the control digits.
        var remainder = 0;
        foreach (var c in $"{digits[2..]}2324{digits[..2]}") remainder = ((remainder * 10) + c - '0') % 97;
        return remainder == 1 ? at : 0;
    }

    private static void Passports(string text, ref List<IdentityFinding>? found)
    {
        for (var at = 0; at < text.Length; at++)
        {
            if (!char.IsLetter(text[at])) continue;
            var end = WordEnd(text, at);
            if (s_passport.Contains(text.AsSpan(at, end - at)) && PassportAfter(text, end) is { Length: > 0 } passport)
            {
                (found ??= []).Add(passport);
                end = passport.Offset + passport.Length;
            }
            at = end;
        }
    }

    private static IdentityFinding PassportAfter(string text, int at)
    {
        for (var words = 0; words < 3; words++)
        {
            while (at < text.Length && text[at] is ' ' or '.' or ':' or '#' or ',' or '-') at++;
            var end = at;
            while (end < text.Length && char.IsLetter(text[end])) end++;
            if (end == at || !s_number.Contains(text.AsSpan(at, end - at))) break;
            at = end;
        }
        var stop = at;
        while (stop < text.Length && char.IsAsciiLetterUpper(text[stop]) && stop - at < 3) stop++;
        var digits = stop;
        while (stop < text.Length && char.IsAsciiDigit(text[stop])) stop++;
        return stop - digits >= 6 && stop - at is >= 7 and <= 9 && !IsOpen(text, stop) ? new(IdentityKind.PassportNumber, at, stop - at) : default;
    }

    private static bool IsCued(string text, int at, WordStarts cues)
    {
        var from = Math.Max(0, at - MaxDistance);
        while (from > 0 && char.IsLetter(text[from - 1])) from--;
        for (; from < at; from++)
        {
            if (!char.IsLetter(text[from])) continue;
            var end = WordEnd(text, from);
            if (cues.Contains(text.AsSpan(from, end - from))) return true;
            from = end;
        }
        return false;
    }

    private static int WordEnd(string text, int at)
    {
        while (at < text.Length && char.IsLetter(text[at])) at++;
        return at;
    }
}
