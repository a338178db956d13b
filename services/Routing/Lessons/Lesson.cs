using System.Text.Json;
using Avvik.Client;
using Avvik.Hosting.Calendar;
using Avvik.Routing.Cases;

namespace Avvik.Routing.Lessons;

/// <summary>A lesson from a closed case: one party proposes it, both approve it, and then it no longer changes.</summary>
internal sealed class Lesson
{
    public const string Proposed = "proposed", Approved = "approved";

    private Lesson() { }

    public Guid Id { get; private set; }
    public Guid CaseId { get; private set; }
    public int Version { get; private set; }
    public string State { get; private set; } = Proposed;
    public string Reference { get; private set; } = "";
    public string Community { get; private set; } = "";
    public string ReporterOrganization { get; private set; } = "";
    public string RespondentOrganization { get; private set; } = "";
    public string Category { get; private set; } = "";
    public string? Clause { get; private set; }
    public string Quarter { get; private set; } = "";
    public string PatientGroups { get; private set; } = "[]";
    public string Title { get; private set; } = "";
    public string WhatHappened { get; private set; } = "";
    public string Why { get; private set; } = "";
    public string WhatWeChanged { get; private set; } = "";
    public string WhoShouldKnow { get; private set; } = "";
    public DateTimeOffset? ReporterApprovedAt { get; private set; }
    public DateTimeOffset? RespondentApprovedAt { get; private set; }
    /// <summary>When it was proposed, last changed, or approved: the library is sorted by it.</summary>
    public DateTimeOffset ListedAt { get; private set; }

    public static Lesson Propose(Case @case, LessonDraft draft, string organization, DateTimeOffset now)
    {
        var facts = @case.Facts;
        var lesson = new Lesson
        {
            Id = Guid.CreateVersion7(now),
            CaseId = @case.Id,
            Reference = @case.Reference,
            Community = @case.Community,
            ReporterOrganization = @case.ReporterOrganization,
            RespondentOrganization = @case.RespondentOrganization,
            Category = @case.Category,
            Clause = facts.Clause,
            Quarter = NorwegianCalendar.QuarterOf(facts.OccurredOn),
            PatientGroups = JsonSerializer.Serialize(facts.PatientGroups),
        };
        lesson.Change(draft, organization, now);
        return lesson;
    }

    /// <summary>New words: what was approved is no more, but for the party whose words they are.</summary>
    public void Change(LessonDraft draft, string organization, DateTimeOffset now)
    {
        (Title, WhatHappened, WhoShouldKnow) = (draft.Title!, draft.WhatHappened!, draft.WhoShouldKnow!);
        (Why, WhatWeChanged) = (draft.Why ?? "", draft.WhatWeChanged ?? "");
        if (draft.PatientGroups is { } groups) PatientGroups = JsonSerializer.Serialize(groups);
        (ReporterApprovedAt, RespondentApprovedAt, ListedAt) = (null, null, now);
        Approve(organization, now);
    }

    /// <summary>Replaces each text by what is left of it; who has approved it has approved that too.</summary>
    public void Strike(Func<string, string> strike)
    {
        (Title, WhatHappened, WhoShouldKnow) = (strike(Title), strike(WhatHappened), strike(WhoShouldKnow));
        (Why, WhatWeChanged, Version) = (strike(Why), strike(WhatWeChanged), Version + 1);
    }

    /// <summary>Once more by the same party changes nothing.</summary>
    public void Approve(string organization, DateTimeOffset now)
    {
        if (ApprovedBy.Contains(organization, StringComparer.Ordinal)) return;
        Version++;
        if (organization == ReporterOrganization) ReporterApprovedAt = now;
        if (organization == RespondentOrganization) RespondentApprovedAt = now;
        if (ReporterApprovedAt is not null && RespondentApprovedAt is not null) (State, ListedAt) = (Approved, now);
    }

    public IReadOnlyList<string> ApprovedBy =>
        [.. new[] { ReporterApprovedAt is null ? null : ReporterOrganization, RespondentApprovedAt is null ? null : RespondentOrganization }.OfType<string>()];

    public bool IsOf(string organization) => ReporterOrganization == organization || RespondentOrganization == organization;

    public Client.Lesson ViewOf(string organization) => new()
    {
        Id = Id,
        Version = Version,
        State = State,
        Title = Title,
        WhatHappened = WhatHappened,
        Why = Why,
        WhatWeChanged = WhatWeChanged,
        WhoShouldKnow = WhoShouldKnow,
        PatientGroups = JsonSerializer.Deserialize<string[]>(PatientGroups)!,
        Category = Category,
        Clause = Clause,
        Community = Community,
        Quarter = Quarter,
        ListedAt = ListedAt,
        Origin = IsOf(organization) ? new(CaseId, Reference, ReporterOrganization, RespondentOrganization, ApprovedBy) : null,
    };
}
