using System.Text.Json;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Reporting;
using Avvik.Contracts.Routing;
using Avvik.Contracts.Triage;
using Avvik.Triage.Classification;

namespace Avvik.Triage.Assessments;

/// <summary>What a deviation is about and how serious it is, and who or what has said so. Plain rules: no clock, no storage.</summary>
internal sealed partial class Assessment
{
    /// <summary>So many alike, and it is known that many tell of the same.</summary>
    public const int MostAlike = 5;

    // 1 is the submission.
    private const int AssessedVersion = 2;

    private Assessment() { }

    public Guid Id { get; private set; }
    /// <summary>Version of the case until its first routing; from then on Routing owns the versions of the case, and this numbers the changes made here.</summary>
    public int Version { get; private set; }
    public string State { get; private set; } = CaseStates.Triage;
    /// <summary>True while a coordinator has still to look at it: because it waits, or because it went on and there is something to see to.</summary>
    public bool Open { get; private set; }
    public string Community { get; private set; } = "";
    public string RespondentOrganization { get; private set; } = "";
    public DateTimeOffset ReceivedAt { get; private set; }
    public DateOnly OccurredOn { get; private set; }
    public string? Category { get; private set; }
    /// <summary>When a coordinator is to have decided.</summary>
    public DateTimeOffset DueAt { get; private set; }
    /// <summary>The next moment at which time does something to it; null when only people will.</summary>
    public DateTimeOffset? NextDueAt { get; private set; }
    public bool OverdueReminded { get; private set; }
    public bool ReporterWarned { get; private set; }
    public DateTimeOffset? AskedAt { get; private set; }
    /// <summary>Sealed, like all words here.</summary>
    public string? Question { get; private set; }
    public Guid? MainCase { get; private set; }
    /// <summary>The case as it was when it was reopened; null when it was not.</summary>
    public string? ReopenedCase { get; private set; }
    public string? ReopenedBecause { get; private set; }
    public string Priority { get; private set; } = Priorities.Normal;
    /// <summary>Why it was classified so, in codes.</summary>
    public string Reasons { get; private set; } = "[]";
    public string Flags { get; private set; } = "[]";
    public string Suggestions { get; private set; } = "[]";
    /// <summary>Deviations it is like, most like first.</summary>
    public string Alike { get; private set; } = "[]";
    /// <summary>By which like texts are found (<see cref="Likeness"/>).</summary>
    public byte[] Sketch { get; private set; } = [];
    public string Facts { get; private set; } = "";
    /// <summary>Sealed, as they came and as they go on.</summary>
    public string Narrative { get; private set; } = "";
    public string? ImmediateAction { get; private set; }
    public string? SuggestedMeasure { get; private set; }

    /// <summary>Its texts may identify someone, so they stay here until a coordinator has said that they do not.</summary>
    public bool MayIdentify => JsonSerializer.Deserialize<string[]>(Flags)!.Contains(TriageFlags.PossibleIdentity, StringComparer.Ordinal);

    /// <summary>Number of the latest reopening that has arrived here; 0 when the case was never reopened.</summary>
    public int Reopening => ReopenedCase is null ? 0 : JsonSerializer.Deserialize(ReopenedCase, ContractJson.Default.CaseChanged)!.Reopenings;

    /// <summary>A coordinator or the reporter has something to do before it can be routed.</summary>
    public bool IsPending => State is CaseStates.Triage or CaseStates.AwaitingReporter;

    public DeviationFacts ReadFacts() => JsonSerializer.Deserialize(Facts, ContractJson.Default.DeviationFacts)!;

    /// <summary>Assesses what came in: it is routed without a person when category and agreement are clear.</summary>
    public static (Assessment Assessment, IEvent Event) Of(DeviationSubmitted submitted, string narrative, DateTimeOffset now, bool mayIdentify = false, byte[]? sketch = null, Func<string?, IReadOnlyList<Guid>>? alike = null)
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
        if (HealthCommunities.Party(facts.RespondentOrganization)?.Community.Code != facts.Community) flags.Add(TriageFlags.UnresolvedParty);
        if (facts.Agreement is null) flags.Add(TriageFlags.AgreementMissing);
        // Names and the like go no further than to the coordinator who judges whether they are any.
        if (mayIdentify) flags.Add(TriageFlags.PossibleIdentity);
        // A person is needed before anyone can be given the case. Serious harm and a likeness need one too, but a unit that must act is not made to wait.
        var waits = flags.Count > 0;
        if (Harm.IsSerious(facts.ActualHarm)) flags.Add(TriageFlags.SeriousHarm);
        var like = alike?.Invoke(facts.Category) ?? [];
        // Of what many tell of, as when a system is down, the first few say so; the queue is not for counting the rest.
        if (like.Count is > 0 and < MostAlike) flags.Add(TriageFlags.PossibleDuplicate);

        var assessment = new Assessment
        {
            Id = submitted.DeviationId,
            Version = AssessedVersion,
            State = waits ? CaseStates.Triage : CaseStates.Routed,
            Open = flags.Count > 0,
            Community = facts.Community,
            RespondentOrganization = facts.RespondentOrganization,
            ReceivedAt = facts.ReceivedAt,
            OccurredOn = facts.OccurredOn,
            Flags = JsonSerializer.Serialize(flags),
            Suggestions = suggestions.Count == 0 ? "[]" : JsonSerializer.Serialize([.. suggestions.Select(s => new CategorySuggestion(s.Category, Math.Round(s.Confidence, 2), s.Terms))], ClientJson.Default.IReadOnlyListCategorySuggestion),
            Alike = JsonSerializer.Serialize(like),
            Sketch = sketch ?? [],
            Narrative = submitted.Narrative.Value,
            ImmediateAction = submitted.ImmediateAction?.Value,
            SuggestedMeasure = submitted.SuggestedMeasure?.Value,
        };
        assessment.Settle(facts, reasons);
        assessment.StartClock(facts.ReceivedAt);
        return (assessment, waits ? assessment.Changed("queued", null, now) : assessment.Triaged(null, null, null, now));
    }

    /// <summary>A coordinator settles what it is about and lets it go on.</summary>
    public DeviationTriaged Route(DeviationFacts facts, string? unit, string coordinatorsParty, ProtectedText? comment, DateTimeOffset now)
    {
        Become(CaseStates.Routed, open: false);
        Settle(facts, ["category:coordinator", "clause:coordinator"]);
        return Triaged(unit, coordinatorsParty, comment, now);
    }

    /// <summary>It is no deviation between the parties; the reporter is told why.</summary>
    public CaseChanged Reject(string coordinatorsParty, DateTimeOffset now) => End("rejected", CaseStates.Rejected, coordinatorsParty, now);

    /// <summary>It should never have been sent.</summary>
    public CaseChanged EnterInError(string coordinatorsParty, DateTimeOffset now) => End("enteredInError", CaseStates.EnteredInError, coordinatorsParty, now);

    /// <summary>The reporter withdrew it before it was routed, or routed again.</summary>
    public CaseChanged Withdraw(string reportersParty, DateTimeOffset now) => End("withdrawn", CaseStates.Withdrawn, reportersParty, now);

    /// <summary>It repeats another, which has a case.</summary>
    public CaseChanged Merge(Guid mainCase, string coordinatorsParty, DateTimeOffset now)
    {
        MainCase = mainCase;
        return End("duplicate", CaseStates.Duplicate, coordinatorsParty, now);
    }

    /// <summary>It repeats another, and has gone on: its own case is Routing's to end.</summary>
    public void MergeRouted(Guid mainCase) => (MainCase, State, Open) = (mainCase, CaseStates.Duplicate, false);

    /// <summary>The reporter is asked something; the clock stands still meanwhile.</summary>
    public CaseChanged Ask(string sealedQuestion, string coordinatorsParty, DateTimeOffset now)
    {
        (AskedAt, Question, ReporterWarned) = (now, sealedQuestion, false);
        Become(CaseStates.AwaitingReporter, open: true);
        return Changed("asked", coordinatorsParty, now);
    }

    /// <summary>The reporter wrote; null when nothing was asked, or it was written before the question.</summary>
    public CaseChanged? ReporterWrote(string reportersParty, DateTimeOffset writtenAt, DateTimeOffset now)
    {
        if (State != CaseStates.AwaitingReporter || AskedAt is not { } asked || writtenAt < asked) return null;
        (DueAt, AskedAt) = (DueAt + (now - asked), null);
        Become(CaseStates.Triage, open: true);
        return Changed("reporterAnswered", reportersParty, now);
    }

    /// <summary>A closed case comes back; false when this reopening has arrived before, and is in the queue or decided.</summary>
    public bool Reopen(CaseReopened reopened)
    {
        if (reopened.Case.Reopenings <= Reopening) return false;
        ReopenedCase = JsonSerializer.Serialize(reopened.Case, ContractJson.Default.CaseChanged);
        (ReopenedBecause, AskedAt, Question, MainCase) = (reopened.Reason.Value, null, null, null);
        Flags = JsonSerializer.Serialize<string[]>([TriageFlags.Reopened]);
        Settle(reopened.Case.Facts, JsonSerializer.Deserialize<List<string>>(Reasons)!.SkipLast(1));
        StartClock(reopened.OccurredAt);
        Become(CaseStates.Triage, open: true);
        return true;
    }

    /// <summary>A coordinator has seen what went on by itself and let it stand.</summary>
    public void Review() => Open = false;

    /// <summary>How it stands, for those who count; nothing has happened. Null when it has a case, which tells.</summary>
    public CaseSnapshotPublished? Snapshot(DateTimeOffset now) =>
        State == CaseStates.Routed || Reopening > 0 || WentOnBeforeItWasMerged ? null
            : new() { DeviationId = Id, Version = Version, OccurredAt = now, Case = Changed("snapshot", null, now) };

    // Only what went on by itself can be merged after it went on, and that leaves the version to Routing.
    private bool WentOnBeforeItWasMerged => State == CaseStates.Duplicate && Version == AssessedVersion;

    private CaseChanged End(string action, string state, string? organization, DateTimeOffset now)
    {
        Become(state, open: false);
        return Changed(action, organization, now);
    }

    private void Become(string state, bool open)
    {
        (Version, State, Open) = (Version + 1, state, open);
        NextDueAt = Next()?.At;
    }

    private void Settle(DeviationFacts facts, IEnumerable<string> reasons)
    {
        Facts = JsonSerializer.Serialize(facts, ContractJson.Default.DeviationFacts);
        Category = facts.Category;
        (Priority, var reason) = Priorities.Of(facts);
        Reasons = JsonSerializer.Serialize<string[]>([.. reasons, reason]);
    }

    private DeviationTriaged Triaged(string? unit, string? triagedBy, ProtectedText? comment, DateTimeOffset now) => new()
    {
        DeviationId = Id,
        Version = Version,
        OccurredAt = now,
        Facts = ReadFacts(),
        Priority = Priority,
        Reasons = JsonSerializer.Deserialize<string[]>(Reasons)!,
        Unit = unit,
        TriagedBy = triagedBy,
        Reopening = Reopening,
        Comment = comment,
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
        MainCase = MainCase,
        ClosedAt = CaseStates.IsFinal(State) ? now : null,
    };
}

/// <summary>Why a person must look.</summary>
internal static class TriageFlags
{
    public const string NoCategory = "noCategory", AgreementMissing = "agreementMissing", SeriousHarm = "seriousHarm", UnresolvedParty = "unresolvedParty", PossibleDuplicate = "possibleDuplicate", PossibleIdentity = "possibleIdentity", Reopened = "reopened";
}
