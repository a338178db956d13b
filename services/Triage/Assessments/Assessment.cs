using System.Text.Json;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Reporting;
using Avvik.Contracts.Routing;
using Avvik.Contracts.Triage;
using Avvik.Triage.Classification;

namespace Avvik.Triage.Assessments;

/// <summary>What a deviation is about and how serious it is, and who or what has said so. Plain rules: no clock, no storage.</summary>
internal sealed class Assessment
{
    private Assessment() { }

    public Guid Id { get; private set; }
    /// <summary>Version of the case's life; Triage holds the line until it has routed, rejected or seen it withdrawn.</summary>
    public int Version { get; private set; }
    public string State { get; private set; } = CaseStates.Triage;
    /// <summary>True while a coordinator has still to look at it: because it waits, or because the harm is serious.</summary>
    public bool Open { get; private set; }
    public string Community { get; private set; } = "";
    public string RespondentOrganization { get; private set; } = "";
    public DateTimeOffset ReceivedAt { get; private set; }
    public string Priority { get; private set; } = Priorities.Normal;
    /// <summary>Why it was classified so, in codes.</summary>
    public string Reasons { get; private set; } = "[]";
    public string Flags { get; private set; } = "[]";
    public string Suggestions { get; private set; } = "[]";
    public string Facts { get; private set; } = "";
    /// <summary>Sealed, as they came and as they go on.</summary>
    public string Narrative { get; private set; } = "";
    public string? ImmediateAction { get; private set; }
    public string? SuggestedMeasure { get; private set; }

    public DeviationFacts ReadFacts() => JsonSerializer.Deserialize(Facts, ContractJson.Default.DeviationFacts)!;

    /// <summary>Assesses what came in: it is routed without a person when category and agreement are clear.</summary>
    public static (Assessment Assessment, IEvent Event) Of(DeviationSubmitted submitted, string narrative, DateTimeOffset now)
    {
        var facts = submitted.Facts;
        var (flags, reasons) = (new List<string>(), new List<string>());
        IReadOnlyList<Suggestion> suggestions = [];
        if (facts.Category is not null) reasons.Add("category:reporter");
        else
        {
            suggestions = CategorySuggester.Suggest(narrative, facts.Kind);
            if (suggestions is [{ Confidence: >= CategorySuggester.Sure } best, ..])
            {
                facts = facts with { Category = best.Category, Clause = facts.Clause ?? Vocabulary.Categories[best.Category].Clause };
                reasons.Add("category:narrative");
            }
            else flags.Add(TriageFlags.NoCategory);
        }
        reasons.Add(submitted.Facts.Clause is null ? "clause:category" : "clause:reporter");
        if (facts.Agreement is null) flags.Add(TriageFlags.AgreementMissing);
        // A person is needed before anyone can be given the case. Serious harm needs one too, but a unit that must act is not made to wait for it.
        var waits = flags.Count > 0;
        if (Harm.IsSerious(facts.ActualHarm)) flags.Add(TriageFlags.SeriousHarm);

        var assessment = new Assessment
        {
            Id = submitted.DeviationId,
            Version = submitted.Version + 1,
            State = waits ? CaseStates.Triage : CaseStates.Routed,
            Open = flags.Count > 0,
            Community = facts.Community,
            RespondentOrganization = facts.RespondentOrganization,
            ReceivedAt = facts.ReceivedAt,
            Flags = JsonSerializer.Serialize(flags),
            Suggestions = suggestions.Count == 0 ? "[]" : JsonSerializer.Serialize([.. suggestions.Select(s => new CategorySuggestion(s.Category, Math.Round(s.Confidence, 2), s.Terms))], ClientJson.Default.IReadOnlyListCategorySuggestion),
            Narrative = submitted.Narrative.Value,
            ImmediateAction = submitted.ImmediateAction?.Value,
            SuggestedMeasure = submitted.SuggestedMeasure?.Value,
        };
        assessment.Settle(facts, reasons);
        return (assessment, waits ? assessment.Changed("queued", null, now) : assessment.Triaged(null, null, now));
    }

    /// <summary>A coordinator settles what it is about and lets it go on.</summary>
    public DeviationTriaged Route(DeviationFacts facts, string? unit, string coordinatorsParty, DateTimeOffset now)
    {
        (Version, State, Open) = (Version + 1, CaseStates.Routed, false);
        Settle(facts, ["category:coordinator", "clause:coordinator"]);
        return Triaged(unit, coordinatorsParty, now);
    }

    /// <summary>It is no deviation between the parties; the reporter is told why.</summary>
    public CaseChanged Reject(string coordinatorsParty, DateTimeOffset now)
    {
        (Version, State, Open) = (Version + 1, CaseStates.Rejected, false);
        return Changed("rejected", coordinatorsParty, now);
    }

    /// <summary>The reporter took it back while it waited.</summary>
    public CaseChanged Withdraw(string reportersParty, DateTimeOffset now)
    {
        (Version, State, Open) = (Version + 1, CaseStates.Withdrawn, false);
        return Changed("withdrawn", reportersParty, now);
    }

    /// <summary>A coordinator has seen what was serious and let it stand.</summary>
    public void Review() => Open = false;

    private void Settle(DeviationFacts facts, List<string> reasons)
    {
        Facts = JsonSerializer.Serialize(facts, ContractJson.Default.DeviationFacts);
        (Priority, var reason) = Priorities.Of(facts);
        Reasons = JsonSerializer.Serialize<string[]>([.. reasons, reason]);
    }

    private DeviationTriaged Triaged(string? unit, string? triagedBy, DateTimeOffset now) => new()
    {
        DeviationId = Id,
        Version = Version,
        OccurredAt = now,
        Facts = ReadFacts(),
        Priority = Priority,
        Reasons = JsonSerializer.Deserialize<string[]>(Reasons)!,
        Unit = unit,
        TriagedBy = triagedBy,
        Narrative = new(Narrative),
        ImmediateAction = ImmediateAction is null ? null : new ProtectedText(ImmediateAction),
        SuggestedMeasure = SuggestedMeasure is null ? null : new ProtectedText(SuggestedMeasure),
    };

    private CaseChanged Changed(string action, string? organization, DateTimeOffset now) => new()
    {
        DeviationId = Id,
        Version = Version,
        OccurredAt = now,
        Action = action,
        Organization = organization,
        State = State,
        Facts = ReadFacts(),
    };
}

/// <summary>Why a person must look.</summary>
internal static class TriageFlags
{
    public const string NoCategory = "noCategory", AgreementMissing = "agreementMissing", SeriousHarm = "seriousHarm";
}
