using System.Text.Json;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Contracts.Triage;
using Avvik.Routing.RoutingRules;

namespace Avvik.Routing.Cases;

/// <summary>A case: one for both parties. Each accepted action raises the version by one, appends one line of history and is one event.</summary>
internal sealed class Case
{
    private Case() { }

    public Guid Id { get; private set; }
    public int Version { get; private set; }
    public string State { get; private set; } = CaseStates.Routed;
    public string Unit { get; private set; } = "";
    public string Reference { get; private set; } = "";
    public string Community { get; private set; } = "";
    public string ReporterOrganization { get; private set; } = "";
    public string RespondentOrganization { get; private set; } = "";
    public string Category { get; private set; } = "";
    public string ActualHarm { get; private set; } = "";
    /// <summary>Degree of harm, for sorting: 0 unknown … 6 death.</summary>
    public int HarmRank { get; private set; }
    public string Priority { get; private set; } = "";
    public DateTimeOffset ReceivedAt { get; private set; }
    public DateTimeOffset DueAt { get; private set; }
    public DateTimeOffset? AnsweredAt { get; private set; }
    public DateTimeOffset? ClosedAt { get; private set; }
    /// <summary>Returns to a wrong recipient; a transfer inside the party is none.</summary>
    public int Hops { get; private set; }
    public string Rule { get; private set; } = "";
    public int RuleVersion { get; private set; }
    public string Reasons { get; private set; } = "[]";
    public string Facts { get; private set; } = "";
    public string Narrative { get; private set; } = "";
    public string? ImmediateAction { get; private set; }
    public string? SuggestedMeasure { get; private set; }
    public string? Answer { get; private set; }

    public DeviationFacts ReadFacts() => JsonSerializer.Deserialize(Facts, ContractJson.Default.DeviationFacts)!;

    public static (Case Case, CaseEventRecord Event) Open(DeviationTriaged triaged, string narrative, string? immediateAction, string? suggestedMeasure, DateTimeOffset now)
    {
        var facts = triaged.Facts;
        var (unit, decision) = UnitRules.Decide(facts, triaged.Unit);
        var @case = new Case
        {
            Id = triaged.DeviationId,
            Version = triaged.Version,
            Reference = facts.Reference,
            Community = facts.Community,
            ReporterOrganization = facts.ReporterOrganization,
            RespondentOrganization = facts.RespondentOrganization,
            Category = facts.Category ?? throw new InvalidOperationException("A triaged deviation has a category."),
            ActualHarm = facts.ActualHarm,
            HarmRank = Harm.Rank(facts.ActualHarm),
            Priority = triaged.Priority,
            ReceivedAt = facts.ReceivedAt,
            DueAt = facts.ReceivedAt.AddDays(Vocabulary.Deadlines.AnswerCalendarDays),
            Unit = unit.Code,
            Rule = decision.Rule,
            RuleVersion = decision.Version,
            Reasons = JsonSerializer.Serialize(triaged.Reasons),
            Facts = JsonSerializer.Serialize(facts, ContractJson.Default.DeviationFacts),
            Narrative = narrative,
            ImmediateAction = immediateAction,
            SuggestedMeasure = suggestedMeasure,
        };
        return (@case, @case.Record("routed", CaseStates.Routed, triaged.TriagedBy, null, null, now));
    }

    /// <summary>Takes an action that <see cref="CaseRules.Refusal"/> has nothing against, and whose body has what it needs.</summary>
    public CaseEventRecord Act(Transition transition, Actor actor, CaseAction body, DateTimeOffset now)
    {
        var to = transition.To;
        switch (transition.Action)
        {
            case CaseRules.Return:
                Hops++;
                // A ball that nobody keeps is for the coordinators of both parties.
                if (Hops > Vocabulary.Deadlines.MaxWrongRecipientHops) to = CaseStates.Escalated;
                var party = HealthCommunities.Party(RespondentOrganization)!;
                (Unit, Rule) = ((party.Unit(body.SuggestedUnit) ?? party.FallbackUnit).Code, "returned");
                break;
            case CaseRules.Transfer:
                (Unit, Rule) = (body.Unit!, "transferred");
                break;
            case CaseRules.Answer:
                AnsweredAt = now;
                Answer = JsonSerializer.Serialize(new CaseAnswer(body.Text!, body.ContributingFactors ?? [],
                    [.. (body.Measures ?? []).Select(m => m with { Id = Guid.CreateVersion7(now), State = "planned" })], body.NoMeasuresReason), ClientJson.Default.CaseAnswer);
                break;
        }
        if (to == CaseStates.Closed) ClosedAt = now;
        return Record(PastTense(transition.Action), to, actor.Organization, actor.Name, body.Text ?? body.Reason ?? body.Decision, now);
    }

    /// <summary>The reporter took it back in the moment before it got here.</summary>
    public CaseEventRecord Withdraw(string organization, string reason, DateTimeOffset now)
    {
        ClosedAt = now;
        return Record("withdrawn", CaseStates.Withdrawn, organization, null, reason, now);
    }

    public CaseChanged Changed(CaseEventRecord recorded) => new()
    {
        DeviationId = Id,
        Version = Version,
        OccurredAt = recorded.At,
        Action = recorded.Action,
        Organization = recorded.Organization,
        State = State,
        Facts = ReadFacts(),
        Unit = Unit,
        DueAt = DueAt,
        AnsweredAt = AnsweredAt,
        ClosedAt = ClosedAt,
        Hops = Hops,
    };

    private CaseEventRecord Record(string action, string to, string? organization, string? actor, string? text, DateTimeOffset now)
    {
        (Version, State) = (Version + 1, to);
        return new CaseEventRecord { CaseId = Id, Version = Version, At = now, Action = action, Organization = organization, Actor = actor, State = to, Unit = Unit, Text = text };
    }

    private static string PastTense(string action) => action switch
    {
        CaseRules.Acknowledge => "acknowledged",
        CaseRules.Start => "started",
        CaseRules.Return => "returned",
        CaseRules.Transfer => "transferred",
        CaseRules.Answer => "answered",
        CaseRules.Accept => "accepted",
        CaseRules.Close => "closed",
        CaseRules.Resolve => "resolved",
        _ => throw new ArgumentOutOfRangeException(nameof(action), action, "Every action has a past tense."),
    };
}

/// <summary>A line of a case's history; appended, never changed.</summary>
internal sealed class CaseEventRecord
{
    public Guid CaseId { get; init; }
    public int Version { get; init; }
    public DateTimeOffset At { get; init; }
    public required string Action { get; init; }
    public string? Organization { get; init; }
    public string? Actor { get; init; }
    public required string State { get; init; }
    public required string Unit { get; init; }
    public string? Text { get; init; }
}

/// <summary>What the reporter wrote; it may arrive before its case.</summary>
internal sealed class ReporterMessageRecord
{
    public Guid CaseId { get; init; }
    public int Number { get; init; }
    public DateTimeOffset At { get; init; }
    public required string Organization { get; init; }
    public required string Text { get; init; }
}

/// <summary>A withdrawal that arrived before its case.</summary>
internal sealed class EarlyWithdrawal
{
    public Guid CaseId { get; init; }
    public required string Organization { get; init; }
    /// <summary>Sealed, as it travelled.</summary>
    public required string Reason { get; init; }
}
