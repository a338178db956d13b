using System.Runtime.CompilerServices;

namespace Avvik.Statistics.Facts;

/// <summary>A row of <c>facts</c> as it is counted.</summary>
internal struct CountedFact
{
    public const int NotAnswered = -1, NeverDue = int.MaxValue;

    /// <summary>By <see cref="Dimension.Index"/>.</summary>
    public Codes Codes;
    /// <summary><see cref="NotAnswered"/> until it is answered.</summary>
    public int AnswerTenthsOfDays;
    /// <summary>Minutes since 1970.</summary>
    public int ReceivedMinutes;
    /// <summary>Minutes since 1970, rounded up; <see cref="NeverDue"/> without a due date.</summary>
    public int DueMinutes;
    /// <summary><see cref="DateOnly.DayNumber"/>.</summary>
    public int ReceivedOn;
    public CountedAs CountedAs;
    public byte Hops;
    public byte Disputes;
    public byte Escalations;
    public byte Reopenings;
    public byte Measures;
    public byte MeasuresDone;
    public byte MeasuresChecked;
    public byte Lessons;
    public byte HandOvers;
    public bool InTime;
    public bool IsOpen;
    public bool IsImported;
    /// <summary>Another report of the same event is counted, and came before it.</summary>
    public bool IsRepeat;

    /// <summary>What is counted of its course, beside its state.</summary>
    public ulong Numbers
    {
        readonly get => Hops | (ulong)Disputes << 8 | (ulong)Escalations << 16 | (ulong)Reopenings << 24 | (ulong)Measures << 32 | (ulong)MeasuresDone << 40
            | (ulong)MeasuresChecked << 48 | (ulong)Lessons << 56;
        set => (Hops, Disputes, Escalations, Reopenings, Measures, MeasuresDone, MeasuresChecked, Lessons) = ((byte)value, (byte)(value >> 8),
            (byte)(value >> 16), (byte)(value >> 24), (byte)(value >> 32), (byte)(value >> 40), (byte)(value >> 48), (byte)(value >> 56));
    }

    /// <summary>What is yes or no, what it is counted as, and how often it was handed over. Answered and due without a time are in it as 0.</summary>
    public int Flags
    {
        readonly get => (InTime ? 1 : 0) | (IsOpen ? 2 : 0) | (IsAnswered ? 4 : 0) | (DueMinutes != NeverDue ? 8 : 0) | (int)CountedAs << 4
            | (IsImported ? 64 : 0) | (IsRepeat ? 128 : 0) | HandOvers << 8;
        set
        {
            (InTime, IsOpen, CountedAs) = ((value & 1) > 0, (value & 2) > 0, (CountedAs)(value >> 4 & 3));
            (IsImported, IsRepeat, HandOvers) = ((value & 64) > 0, (value & 128) > 0, (byte)(value >> 8));
            (AnswerTenthsOfDays, DueMinutes) = ((value & 4) > 0 ? 0 : NotAnswered, (value & 8) > 0 ? 0 : NeverDue);
        }
    }

    public readonly int this[Dimension dimension] => Codes[dimension.Index];

    public readonly bool IsAnswered => AnswerTenthsOfDays >= 0;

    /// <summary>Whether the deadline has passed at that minute, and somebody owed an answer: what was rejected unanswered never was due.</summary>
    public readonly bool WasDue(int at) => DueMinutes <= at && (IsAnswered || IsOpen);

    /// <summary>Open, unanswered and past the deadline.</summary>
    public readonly bool IsOverdue(int at) => IsOpen && !IsAnswered && DueMinutes <= at;

    /// <summary>How long the reporter has waited, unanswered; rounded down.</summary>
    public readonly int WaitingTenthsOfDays(int at) => WaitingTenthsOfDays(ReceivedMinutes, at);

    /// <summary>The same, of what was received at that minute.</summary>
    public static int WaitingTenthsOfDays(int received, int at) => Math.Max(0, (at - received) / 144);
}

/// <summary>Good collaboration and proposals are never counted as deviations.</summary>
internal enum CountedAs : byte
{
    Deviation,
    GoodCollaboration,
    Proposal,
}

internal static class CountedFacts
{
    public static CountedAs CountedAs(string? kind) => kind switch
    {
        "goodPractice" => Facts.CountedAs.GoodCollaboration,
        "improvement" => Facts.CountedAs.Proposal,
        _ => Facts.CountedAs.Deviation,
    };

    /// <summary>Whole minutes since 1970.</summary>
    public static int Minutes(this DateTimeOffset at) => (int)(at.ToUnixTimeSeconds() / 60);
}

/// <summary>One code for each dimension.</summary>
[InlineArray(Dimension.Count)]
internal struct Codes
{
    private int _first;
}
