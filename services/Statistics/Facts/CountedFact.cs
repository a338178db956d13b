using System.Runtime.CompilerServices;

namespace Avvik.Statistics.Facts;

/// <summary>A row of <c>facts</c> as it is kept in memory: 100 bytes.</summary>
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
    public bool InTime;
    public bool IsOpen;

    public readonly int this[Dimension dimension] => Codes[dimension.Index];

    public readonly bool IsAnswered => AnswerTenthsOfDays >= 0;

    /// <summary>Whether the deadline has passed at that minute, and somebody owed an answer: what was rejected unanswered never was due.</summary>
    public readonly bool WasDue(int at) => DueMinutes <= at && (IsAnswered || IsOpen);

    /// <summary>Open, unanswered and past the deadline.</summary>
    public readonly bool IsOverdue(int at) => IsOpen && !IsAnswered && DueMinutes <= at;

    /// <summary>How long the reporter has waited, unanswered; rounded down.</summary>
    public readonly int WaitingTenthsOfDays(int at) => Math.Max(0, (at - ReceivedMinutes) / 144);
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
