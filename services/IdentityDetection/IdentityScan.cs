using System.Buffers;
using System.Globalization;

namespace Avvik.IdentityDetection;

/// <summary>The separator between two digits of a possible number.</summary>
internal enum Gap : byte
{
    /// <summary>None: the digits are adjacent.</summary>
    None,
    /// <summary>Characters that never separate a number's digits, or the end of the text.</summary>
    End,
    Space,
    Dot,
    /// <summary>A dot and a space: in a date, or between two sentences.</summary>
    DotSpace,
    Dash,
    Slash,
    Line,
}

/// <summary>
/// One pass over a text. From each group of digits the next sixteen digits are read across separators, and every rule works on that window, so the
/// work for each group is bounded.
/// </summary>
internal ref struct IdentityScan(ReadOnlySpan<char> text, Span<char> digits, Span<int> ends, Span<Gap> gaps)
{
    /// <summary>The longest number (15 digits, E.164), and one digit more to see whether it ends.</summary>
    public const int Window = 16;

    private static readonly SearchValues<char> s_hexLetters = SearchValues.Create("abcdefABCDEF");

    private readonly ReadOnlySpan<char> _text = text;
    /// <summary>The window: its digits as ASCII, the offset in the text after each, and the gap after each.</summary>
    private readonly Span<char> _digits = digits;
    private readonly Span<int> _ends = ends;
    private readonly Span<Gap> _gaps = gaps;
    private int _count;
    /// <summary>The gap before this group, and the one before the previous group.</summary>
    private Gap _before = Gap.End, _earlier = Gap.End;
    private List<IdentityFinding>? _findings;

    public readonly IReadOnlyList<IdentityFinding> Findings => (IReadOnlyList<IdentityFinding>?)_findings ?? [];

    /// <param name="at">The first digit of a group, or an at sign.</param>
    /// <returns>The offset at which to continue.</returns>
    public int Step(int at)
    {
        if (_text[at] is '@' or '＠') return EmailAddress(at);

        Read(at);
        var end = PrefixedPhone(at);
        if (end < 0 && _count >= 11) end = Person(at);
        if (end < 0 && _count >= 7) end = HprOrPhone(at);
        if (end >= 0)
        {
            _before = _earlier = Gap.End;
            return end;
        }

        var last = 0;
        while (last < _count - 1 && _gaps[last] == Gap.None) last++;
        end = _ends[last];
        var after = _gaps[last];
        if (after == Gap.None)
        {
            while (end < _text.Length && char.IsDigit(_text[end])) end++;
            after = GapAt(end, out _);
        }
        _earlier = _before;
        _before = after;
        return end;
    }

    private void Read(int at)
    {
        for (_count = 0; _count < Window; _count++)
        {
            var c = _text[at];
            _digits[_count] = c;
            _ends[_count] = at + 1;
            var gap = _gaps[_count] = GapAt(at + 1, out at);
            if (gap != Gap.End) continue;
            _count++;
            return;
        }
    }

    /// <summary>The gap of up to four characters before the next digit: spaces of any width and at most one punctuation mark.</summary>
    private readonly Gap GapAt(int at, out int next)
    {
        next = at;
        if (next < _text.Length && char.IsDigit(_text[next])) return Gap.None;

        var gap = Gap.Space;
        for (; next < _text.Length && next - at < 5; next++)
        {
            var c = _text[next];
            if (char.IsDigit(c)) return gap;
            var spaced = char.IsWhiteSpace(c) || char.GetUnicodeCategory(c) == UnicodeCategory.Format;
            var mark = spaced ? c is '\n' ? Gap.Line : gap == Gap.Dot ? Gap.DotSpace : gap : MarkOf(c);
            if (mark == Gap.End || (!spaced && gap != Gap.Space)) return Gap.End;
            gap = mark;
        }
        return Gap.End;
    }

    private static Gap MarkOf(char c) => c switch
    {
        '.' or '·' or '．' => Gap.Dot,
        '-' or '_' or '−' or '－' or (>= '\u2010' and <= '\u2015') => Gap.Dash,
        '/' or '／' => Gap.Slash,
        _ => Gap.End,
    };

    /// <summary>A telephone number with country code: +47 or 0047 and eight digits, or any other country after a plus sign.</summary>
    private int PrefixedPhone(int at)
    {
        if (_digits[0] == '0')
            return _count >= 12 && _digits[..4].SequenceEqual("0047") && EndsGroup(12) && IsSubscriber(4) ? Add(IdentityKind.PhoneNumber, at, _ends[11]) : -1;

        // "1+0+1" is a dose.
        if (at == 0 || _text[at - 1] is not ('+' or '＋') || (at > 1 && char.IsDigit(_text[at - 2]))) return -1;
        if (_digits[..2].SequenceEqual("47"))
            return _count >= 10 && EndsGroup(10) && IsSubscriber(2) ? Add(IdentityKind.PhoneNumber, at - 1, _ends[9]) : -1;

        var length = 0;
        for (var i = 1; i <= Math.Min(_count, 13); i++)
        {
            if (EndsGroup(i)) length = i;
            if (_gaps[i - 1] is not (Gap.None or Gap.Space or Gap.Dash)) break;
        }
        return length >= 9 ? Add(IdentityKind.PhoneNumber, at - 1, _ends[length - 1]) : -1;
    }

    private int Person(int at)
    {
        if (EndsGroup(11) && PersonNumber.IsValid(_digits[..11], null) && IsWrittenAsPerson() && StandsAlone(at, _ends[10]))
            return Add(IdentityKind.PersonNumber, at, _ends[10]);

        // The date has its century: 01.01.1980 12345.
        if (_count < 13 || !EndsGroup(13) || !EndsGroup(8) || Number(4, 2) is not (18 or 19 or 20)) return -1;
        if (Breaks(0, 13) is not (1 << 7 or (1 << 7 | 1 << 3 | 1 << 1)) || _gaps[7] == Gap.DotSpace) return -1;
        Span<char> number = stackalloc char[11];
        _digits[..4].CopyTo(number);
        _digits[6..13].CopyTo(number[4..]);
        return PersonNumber.IsValid(number, null) && StandsAlone(at, _ends[12]) ? Add(IdentityKind.PersonNumber, at, _ends[12]) : -1;
    }

    /// <summary>
    /// One in 75 random rows of eleven digits has valid control digits, so a row of measurements must not be taken for a number. Either the gaps
    /// separate date, individual number and control digits, or the row contains only this number and one kind of gap.
    /// </summary>
    private readonly bool IsWrittenAsPerson()
    {
        var breaks = Breaks(0, 11);
        if (breaks == 0) return true;

        var uniform = Uniform(0, 11);
        // 1234.56.78901 is a bank account.
        if (breaks == (1 << 3 | 1 << 5) && uniform == Gap.Dot) return false;

        int date = breaks & 0b11111, rest = breaks >> 6;
        if (((date & ~(1 << 1 | 1 << 3)) == 0 || date == 0b11111) && rest is 0 or 1 << 2 or 0b1111)
        {
            // Not "12.08.26 140/85", nor "… 12.08.26. 12345", nor vital signs in a row: "12 10 16 120 80".
            var usual = _gaps[5] != Gap.DotSpace && (rest == 0 || date == 0 || uniform != Gap.Space);
            foreach (var gap in _gaps[6..10]) usual &= gap is not (Gap.Slash or Gap.DotSpace or Gap.Line);
            if (usual) return true;
        }

        var pairs = (~breaks & (~breaks >> 1) & 0b1_1111_1111) == 0;
        // One digit on each line: no column of measurements has one digit on each of eleven lines.
        if (uniform == Gap.Line && breaks == 0b11_1111_1111) return true;
        return StartsRow && EndsRow(11, uniform) && (uniform == Gap.Space || (pairs && uniform is Gap.Dot or Gap.Dash));
    }

    /// <summary>A number may adjoin a word ("fnr01…"); between letters and digits it is part of a key or a hash.</summary>
    private readonly bool StandsAlone(int start, int end)
    {
        int left = start, right = end;
        while (left > 0 && char.IsLetter(_text[left - 1])) left--;
        while (right < _text.Length && char.IsLetter(_text[right])) right++;
        if (left == start && right == end) return true;
        if (left < start && right > end) return false;
        if (left > 0 && char.IsDigit(_text[left - 1]) || right < _text.Length && char.IsDigit(_text[right])) return false;
        var word = left < start ? _text[left..start] : _text[end..right];
        return word.ContainsAnyExcept(s_hexLetters);
    }

    private int HprOrPhone(int at)
    {
        var hpr = HprLength();
        var phone = PhoneLength(out var from, out var usual);
        if (hpr == 0 && phone == 0) return -1;

        var (cue, distance) = CueWords.Before(_text, at);
        if (distance > 0 && at > 0 && char.IsLetter(_text[at - 1])) return -1;
        if (hpr > 0 && cue == Cue.Hpr && IsHpr(hpr, distance)) return AddUnlessPersonInside(IdentityKind.HprNumber, at, hpr);
        if (phone > 0 && IsPhone(at, from, phone, usual, cue, distance)) return AddUnlessPersonInside(IdentityKind.PhoneNumber, at, phone);
        return -1;
    }

    /// <summary>Seven to nine adjacent digits, or a row of that many with spaces; 0 when there is none.</summary>
    private readonly int HprLength()
    {
        var first = 1;
        while (first < _count && _gaps[first - 1] == Gap.None) first++;
        if (first is >= 7 and <= 9) return first;
        if (first > 9) return 0;
        var row = first;
        while (row < _count && _gaps[row - 1] is Gap.None or Gap.Space) row++;
        return row is >= 7 and <= 9 ? row : 0;
    }

    private readonly bool IsHpr(int length, int distance)
    {
        if (_ends[length - 1] < _text.Length && char.IsLetter(_text[_ends[length - 1]])) return false;
        // With words in between it may be an organisation number or a date.
        return distance <= 5 || !(OrganizationNumber.IsValid(_digits[..length]) || (length == 8 && IsDate()));
    }

    /// <param name="from">Index of the first of the eight digits: 2 after a 47 without a plus sign.</param>
    /// <param name="usual">Grouped as telephone numbers are, 22 33 44 55 or 912 34 567, with nothing else in the row.</param>
    private readonly int PhoneLength(out int from, out bool usual)
    {
        from = _digits[..2].SequenceEqual("47") && _count >= 10 && IsSubscriber(2) && EndsGroup(10) && EndsRow(10, Uniform(2, 8)) ? 2 : 0;
        usual = false;
        if (_count < from + 8 || !IsSubscriber(from) || !EndsGroup(from + 8)) return 0;

        var breaks = Breaks(from, 8);
        var uniform = Uniform(from, 8);
        if (breaks != 0 && uniform is not (Gap.Space or Gap.Dot or Gap.Dash)) return 0;

        const int pairs = 1 << 1 | 1 << 3 | 1 << 5, threeTwoThree = 1 << 2 | 1 << 4;
        // Pairs with dashes may be the doses of a day: 20-10-20-24.
        usual = breaks is pairs or threeTwoThree && uniform is Gap.Space or Gap.Dot && StartsRow && EndsRow(from + 8, uniform);
        return breaks is 0 or pairs or threeTwoThree or 1 << 1 or 1 << 2 or 1 << 3 or 1 << 4 or (1 << 1 | 1 << 4) or (1 << 2 | 1 << 5) or 0b1111111
            ? from + 8
            : 0;
    }

    private readonly bool IsPhone(int at, int from, int length, bool usual, Cue cue, int distance)
    {
        var end = _ends[length - 1];
        var after = end < _text.Length ? _text[end] : ' ';
        if (char.IsLetter(after)) return false;
        // Part of a key (AVV-22334455), unlike "tlf-22334455" and the second number of "22334455/22334466".
        if (at > 0 && _text[at - 1] is '-' or '_' or '/' or '#' or '\\' && distance > 2
            && !(_findings is [.., var last] && last.Offset + last.Length == at - 1))
            return false;

        if (cue == Cue.Phone)
            return Breaks(0, length) != 0 || !(IsYearFirstDate() || (distance > 5 && IsDate()));

        if (usual)
            return !(cue == Cue.Other && distance <= 16) && !FollowsNumber(at) && !IsMeasured(end)
                && !(after is ',' or ':' && end + 1 < _text.Length && char.IsDigit(_text[end + 1]));

        // Eight adjacent digits without a cue for a telephone are usually a date, a message or a journal number. Only a mobile number right after a
        // word for a person is recognised.
        return cue == Cue.Person && distance <= 3 && Breaks(0, length) == 0 && from == 0 && _digits[0] is '4' or '9' && !IsMeasured(end);
    }

    private readonly bool IsSubscriber(int first) => _digits[first] is >= '2' and <= '9';

    private readonly bool FollowsNumber(int at) => at > 1 && _text[at - 1] is ',' or ':' or '+' or '*' && char.IsDigit(_text[at - 2]);

    private readonly bool IsMeasured(int end)
    {
        var start = end;
        while (start < _text.Length && char.IsWhiteSpace(_text[start])) start++;
        if (start == _text.Length) return false;
        if (_text[start] is '%' or '°') return true;
        var stop = start;
        while (stop < _text.Length && char.IsLetter(_text[stop])) stop++;
        var unit = _text[start..stop];
        return unit is "mg" or "g" or "mcg" or "µg" or "μg" or "mikrogram" or "kg" or "ml" or "l" or "dl" or "mmol" or "mm" or "mmHg" or "cm" or "IE" or "ie"
            or "E" or "kr" or "kroner" or "timer" or "minutter" or "dager" or "døgn" or "uker" or "år" or "slag" or "stk" or "ganger";
    }

    private readonly bool IsYearFirstDate() => IsDate(Number(0, 4), Number(4, 2), Number(6, 2));

    private readonly bool IsDate() => IsYearFirstDate() || IsDate(Number(4, 4), Number(2, 2), Number(0, 2));

    private static bool IsDate(int year, int month, int day)
        => year is >= 1900 and < 2100 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month);

    private readonly int Number(int from, int length)
    {
        var number = 0;
        foreach (var digit in _digits.Slice(from, length)) number = (number * 10) + digit - '0';
        return number;
    }

    /// <summary>True when this many digits end where a group ends, not inside a longer run.</summary>
    private readonly bool EndsGroup(int length) => length <= _count && _gaps[length - 1] != Gap.None;

    /// <summary>Bit i is set where there is a gap between the digits from + i and from + i + 1.</summary>
    private readonly int Breaks(int from, int length)
    {
        var breaks = 0;
        for (var i = 0; i < length - 1; i++)
            if (_gaps[from + i] != Gap.None) breaks |= 1 << i;
        return breaks;
    }

    /// <summary>The only kind of gap used; <see cref="Gap.None"/> for adjacent digits, <see cref="Gap.End"/> for several kinds.</summary>
    private readonly Gap Uniform(int from, int length)
    {
        var uniform = Gap.None;
        foreach (var gap in _gaps.Slice(from, length - 1))
        {
            if (gap == Gap.None || gap == uniform) continue;
            if (uniform != Gap.None) return Gap.End;
            uniform = gap;
        }
        return uniform;
    }

    /// <summary>True when nothing of the same row precedes: a date or a time of day, with its own separators, is not part of the row.</summary>
    private readonly bool StartsRow => _before is Gap.End or Gap.Line or Gap.DotSpace or Gap.Dash
        || (_before == Gap.Space && _earlier is not (Gap.End or Gap.Space));

    private readonly bool EndsRow(int length, Gap uniform) => _gaps[length - 1] is var after && after != Gap.None && after != uniform;

    private int EmailAddress(int at)
    {
        _before = _earlier = Gap.End;
        var start = at;
        while (start > 0 && at - start < 64 && (IsAddressLetter(_text[start - 1]) || _text[start - 1] is '.' or '+' or '-' or '_' or '%' or '\'')) start--;
        while (start < at && !IsAddressLetter(_text[start])) start++;
        var end = DomainEnd(at + 1);
        if (start == at || end < 0) return at + 1;

        // The part before the at sign may have been found as a number.
        while (_findings is [.., var last] && last.Offset + last.Length > start)
        {
            start = Math.Min(start, last.Offset);
            _findings.RemoveAt(_findings.Count - 1);
        }
        return Add(IdentityKind.EmailAddress, start, end);
    }

    /// <summary>The end of the last label that can be a top-level domain, at least the second; -1 if there is none.</summary>
    private readonly int DomainEnd(int at)
    {
        var end = -1;
        for (var labels = 0; ; labels++)
        {
            var label = at;
            while (at < _text.Length && char.IsLetter(_text[at])) at++;
            if (labels > 0 && at - label >= 2) end = at;
            while (at < _text.Length && (IsAddressLetter(_text[at]) || _text[at] == '-')) at++;
            if (at == label || at == _text.Length || _text[at] != '.') return end;
            at++;
        }
    }

    private static bool IsAddressLetter(char c) => char.IsLetterOrDigit(c) || char.GetUnicodeCategory(c) == UnicodeCategory.NonSpacingMark;

    /// <summary>Of two numbers that share digits, the one with control digits is kept: "tlf 22 33 44 010180 12345".</summary>
    private int AddUnlessPersonInside(IdentityKind kind, int start, int length)
    {
        var end = _ends[length - 1];
        Span<int> groups = stackalloc int[Window];
        var count = 0;
        for (var i = 1; i < length; i++)
            if (_gaps[i - 1] != Gap.None) groups[count++] = _ends[i] - 1;

        _before = _earlier = Gap.Space;
        foreach (var group in groups[..count])
        {
            Read(group);
            if (_count >= 11 && Person(group) is >= 0 and var personEnd) return personEnd;
        }
        return Add(kind, start, end);
    }

    private int Add(IdentityKind kind, int start, int end)
    {
        (_findings ??= []).Add(new IdentityFinding(kind, start, end - start));
        return end;
    }
}
