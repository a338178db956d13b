using Avvik.Contracts;
using Avvik.Contracts.Routing;

namespace Avvik.Notices.RecordNotices;

/// <summary>Who is notified of something.</summary>
[Flags]
internal enum Audience
{
    /// <summary>The unit that has the case; the respondent's coordinator while no unit has it.</summary>
    Unit = 1,
    /// <summary>The leader of that unit, where an address is set.</summary>
    Leader = 2,
    /// <summary>The coordinator of the party that is to answer.</summary>
    RespondentsCoordinator = 4,
    /// <summary>The coordinator of the party that reported.</summary>
    ReportersCoordinator = 8,
    /// <summary>The unit that reported, or its party's coordinator, and the person who did.</summary>
    Reporter = 16,
}

/// <summary>Which change of a case whom is notified of.</summary>
internal static class NoticeRules
{
    public static IEnumerable<(string Kind, Audience To)> Of(CaseChanged c)
    {
        if (Harm.IsSerious(c.Facts.ActualHarm) && !CaseStates.IsFinal(c.State)) yield return (NoticeKinds.SeriousEvent, SeriousAudience);
        if (c.State == CaseStates.Escalated && c.Action is "escalated" or "returned")
            yield return (NoticeKinds.Escalation, Audience.RespondentsCoordinator | Audience.ReportersCoordinator);
        else if (Told(c) is var (kind, to)) yield return (kind, to);
    }

    private const Audience SeriousAudience = Audience.Unit | Audience.RespondentsCoordinator;

    private static (string Kind, Audience To)? Told(CaseChanged c) => c.Action switch
    {
        "queued" or "reopened" => (NoticeKinds.AwaitsTriage, Audience.RespondentsCoordinator),
        "triageOverdue" => (NoticeKinds.Overdue, Audience.RespondentsCoordinator),
        "routed" or "moved" or "returned" or "transferred" or "forwarded" or "handedOver" or "resolved" => (NoticeKinds.NewCase, Audience.Unit),
        "reporterMessage" or "reporterAnswered" or "followedUp" or "reopeningAsked" => (NoticeKinds.Message, Audience.Unit),
        "reminded" when c.ReminderPercent >= 100 => (NoticeKinds.DeadlinePassed, Audience.Unit),
        "reminded" => (NoticeKinds.Deadline, Audience.Unit),
        "acknowledgeOverdue" or "noticeOverdue" or "measureOverdue" => (NoticeKinds.Overdue, Audience.Unit),
        "leaderReminded" => (NoticeKinds.Overdue, Audience.Unit | Audience.Leader),
        "disputed" => (NoticeKinds.Dispute, Audience.Unit | Audience.RespondentsCoordinator),
        "asked" or "reporterReminded" => (NoticeKinds.Question, Audience.Reporter),
        "answered" or "thanked" => (NoticeKinds.Answer, Audience.Reporter),
        "closed" or "rejected" or "enteredInError" or "duplicate" => (NoticeKinds.Closed, Audience.Reporter),
        _ => null,
    };
}
