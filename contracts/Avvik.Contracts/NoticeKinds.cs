using System.Collections.Frozen;

namespace Avvik.Contracts;

/// <summary>What somebody can be notified of (<c>noticeKinds</c>): the kind, never a word of what happened.</summary>
public static class NoticeKinds
{
#pragma warning disable CS1591 // vocabulary.json has the label of each
    public const string SeriousEvent = "seriousEvent", NewCase = "newCase", AwaitsTriage = "awaitsTriage", Message = "message", Deadline = "deadline",
        DeadlinePassed = "deadlinePassed", Overdue = "overdue", Dispute = "dispute", Escalation = "escalation", Question = "question", Answer = "answer",
        Closed = "closed";
#pragma warning restore CS1591

    private static readonly FrozenSet<string> Duties =
        FrozenSet.Create(StringComparer.Ordinal, SeriousEvent, NewCase, AwaitsTriage, DeadlinePassed, Overdue, Escalation);

    /// <summary>True for what a unit must know to do what the agreement and the law ask of it: nobody unsubscribes from it.</summary>
    public static bool IsDuty(string kind) => Duties.Contains(kind);

    /// <summary>True for what is also sent as SMS, where a number is set.</summary>
    public static bool IsUrgent(string kind) => kind is SeriousEvent or Overdue or Escalation;
}
