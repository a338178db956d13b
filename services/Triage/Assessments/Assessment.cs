using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Reporting;
using Avvik.Contracts.Routing;
using Avvik.Contracts.Triage;
using Avvik.Hosting.Calendar;
using Avvik.Triage.Classification;

namespace Avvik.Triage.Assessments;

/// <summary>Classification and severity of a deviation, and who or what decided them. Plain rules: no clock, no storage.</summary>
internal sealed partial class Assessment
{
    /// <summary>With so many similar ones, it is known that many report the same event.</summary>
    public const int MaxSimilar = 5;

    // 1 is the submission.
    private const int AssessedVersion = 2;

    private Assessment() { }

    public Guid Id { get; private set; }
    /// <summary>Version of the case until its first routing; from then on Routing owns the versions of the case, and this numbers the changes made
    /// here.</summary>
    public int Version { get; private set; }
    public string State { get; private set; } = CaseStates.Triage;
    /// <summary>True while it is in the coordinator's queue: it waits, or was routed with a flag to review.</summary>
    public bool Open { get; private set; }
    public string Community { get; private set; } = "";
    public string RespondentOrganization { get; private set; } = "";
    /// <summary>Whose coordinator decides when the respondent does not use Avvik; null in rows from before there was such a respondent.</summary>
    public string? ReporterOrganization { get; private set; }
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
    public CaseChanged? ReopenedCase { get; private set; }
    public string? ReopenedBecause { get; private set; }
    public string Priority { get; private set; } = Priorities.Normal;
    /// <summary>Why it was classified so, in codes.</summary>
    public IReadOnlyList<string> Reasons { get; private set; } = [];
    /// <summary>Why a person must look (<see cref="TriageFlags"/>).</summary>
    public IReadOnlyList<string> Flags { get; private set; } = [];
    public IReadOnlyList<CategorySuggestion> Suggestions { get; private set; } = [];
    /// <summary>Deviations that its text is similar to, most similar first.</summary>
    public IReadOnlyList<Guid> SimilarIds { get; private set; } = [];
    /// <summary>By which similar texts are found (<see cref="Similarity"/>).</summary>
    public byte[] MinHashSignature { get; private set; } = [];
    public DeviationFacts Facts { get; private set; } = null!;
    /// <summary>Protected, as received and as published.</summary>
    public string Narrative { get; private set; } = "";
    public string? ImmediateAction { get; private set; }
    public string? SuggestedMeasure { get; private set; }
    public string? ReporterProfession { get; private set; }
    public string? MessageId { get; private set; }
    public string? UnknownSite { get; private set; }
    /// <summary>Deviations that may be reports of the same event, by patient, parties and days.</summary>
    public IReadOnlyList<Guid> SamePatient { get; private set; } = [];
    /// <summary>Version of the case that the facts were last corrected with; 0 when they are those of the submission and of the decision here.</summary>
    public int FactsVersion { get; private set; }

    /// <summary>Its texts may identify someone, so they stay here until a coordinator has said that they do not.</summary>
    public bool MayIdentify => Flags.Contains(TriageFlags.PossibleIdentity, StringComparer.Ordinal);

    /// <summary>Number of the latest reopening that has arrived here; 0 when the case was never reopened.</summary>
    public int Reopening => ReopenedCase?.Reopenings ?? 0;

    /// <summary>A coordinator or the reporter has something to do before it can be routed.</summary>
    public bool IsPending => State is CaseStates.Triage or CaseStates.AwaitingReporter;

    /// <summary>Assesses what came in: it is routed without a person when category and agreement are clear.</summary>
    public static (Assessment Assessment, IEvent Event) Of(DeviationSubmitted submitted, string narrative, DateTimeOffset now, bool mayIdentify = false,
        byte[]? minHashSignature = null,
        Func<string?, IReadOnlyList<Guid>>? similarTo = null)
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
                // A clause of the agreement's own, counted under none of the statute, was chosen too.
                if (facts is { Clause: null, LocalClause: null })
                    facts = facts with { Clause = AgreementClauses.OfCategory(facts.Community, facts.Agreement, best.Category, facts.OccurredOn) };
                facts = facts with { Category = best.Category };
                reasons.Add("category:narrative");
            }
            else if (facts.Kind == Vocabulary.Praise)
            {
                // A kind word does not wait for somebody to say what it is about.
                facts = facts with { Category = "other" };
                reasons.Add("category:kind");
            }
            else flags.Add(TriageFlags.NoCategory);
        }
        if (facts.Kind == Vocabulary.Praise) facts = facts with { Clause = null, LocalClause = null, ActualHarm = "unknown" };
        reasons.Add(submitted.Facts is { Clause: null, LocalClause: null } ? "clause:category" : "clause:reporter");
        var respondent = HealthCommunities.Party(facts.RespondentOrganization);
        // Who is sent a letter shares no agreement, and there is nothing in that to decide.
        if (respondent?.UsesAvvikOn(NorwegianCalendar.DayOf(now)) != false)
        {
            if (respondent?.Community.Code != facts.Community) flags.Add(TriageFlags.UnresolvedParty);
            if (facts.Agreement is null) flags.Add(TriageFlags.AgreementMissing);
        }
        // Possible names stop at the coordinator who judges whether they are names.
        if (mayIdentify) flags.Add(TriageFlags.PossibleIdentity);
        // These need a coordinator before routing. Serious harm and similar reports are reviewed too, but a unit that must act does not wait.
        var waits = flags.Count > 0;
        if (Harm.IsSerious(facts.ActualHarm)) flags.Add(TriageFlags.SeriousHarm);
        var similar = similarTo?.Invoke(facts.Category) ?? [];
        // Of an event that many report, as when a system is down, the first few are flagged; the rest would flood the queue.
        if (similar.Count is > 0 and < MaxSimilar) flags.Add(TriageFlags.PossibleDuplicate);

        var assessment = new Assessment
        {
            Id = submitted.DeviationId,
            Version = AssessedVersion,
            State = waits ? CaseStates.Triage : CaseStates.Routed,
            Open = flags.Count > 0,
            Community = facts.Community,
            ReceivedAt = facts.ReceivedAt,
            Flags = flags,
            Suggestions = [.. suggestions.Select(s => new CategorySuggestion(s.Category, Math.Round(s.Confidence, 2), s.Terms))],
            SimilarIds = similar,
            MinHashSignature = minHashSignature ?? [],
            Narrative = submitted.Narrative.Value,
            ImmediateAction = submitted.ImmediateAction?.Value,
            SuggestedMeasure = submitted.SuggestedMeasure?.Value,
            ReporterProfession = submitted.ReporterProfession?.Value,
            MessageId = submitted.MessageId?.Value,
            UnknownSite = submitted.UnknownSite?.Value,
            SamePatient = submitted.SamePatient ?? [],
        };
        assessment.Classify(facts, reasons);
        assessment.StartClock(facts.ReceivedAt);
        return (assessment, waits ? assessment.Changed("queued", null, now) : assessment.Triaged(null, null, null, now));
    }

    /// <summary>A coordinator classifies and routes it.</summary>
    public DeviationTriaged Route(DeviationFacts facts, string? unit, string coordinatorsParty, ProtectedText? comment, DateTimeOffset now)
    {
        TransitionTo(CaseStates.Routed, open: false);
        Classify(facts, ["category:coordinator", "clause:coordinator"]);
        return Triaged(unit, coordinatorsParty, comment, now);
    }

    /// <summary>It is no deviation between the parties; the reporter is informed of the reason.</summary>
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

    /// <summary>Asks the reporter; the deadline is postponed by the time it takes.</summary>
    public CaseChanged Ask(string sealedQuestion, string coordinatorsParty, DateTimeOffset now)
    {
        (AskedAt, Question, ReporterWarned) = (now, sealedQuestion, false);
        TransitionTo(CaseStates.AwaitingReporter, open: true);
        return Changed("asked", coordinatorsParty, now);
    }

    /// <summary>
    /// The reporter wrote: an answer, or something that the coordinator is to read before deciding. Null when nothing waits here, or Routing, which owns the
    /// versions, says so itself.
    /// </summary>
    public CaseChanged? ReporterWrote(string reportersParty, DateTimeOffset writtenAt, DateTimeOffset now)
    {
        if (State != CaseStates.AwaitingReporter || AskedAt is not { } asked || writtenAt < asked)
        {
            if (!IsPending || Reopening > 0) return null;
            TransitionTo(State, Open);
            return Changed("reporterMessage", reportersParty, now);
        }
        (DueAt, AskedAt) = (NorwegianCalendar.Postpone(DueAt, now - asked), null);
        TransitionTo(CaseStates.Triage, open: true);
        return Changed("reporterAnswered", reportersParty, now);
    }

    /// <summary>
    /// The reporter's party named more patients. Null when nothing waits here, or Routing, which owns the versions, says so itself; and when it was known.
    /// </summary>
    public CaseChanged? AddPatients(PatientsAdded added, DateTimeOffset now)
    {
        if (added.Version <= Facts.PatientsGiven) return null;
        Facts = Facts.WithPatientsGiven(added.Version);
        SamePatient = [.. SamePatient.Union(added.SamePatient ?? [])];
        if (!IsPending || Reopening > 0) return null;
        TransitionTo(State, Open);
        return Changed("patientsAdded", added.Organization, now);
    }

    /// <summary>Replaces each sealed text by what is left of it.</summary>
    public void Strike(Func<string, string> strike)
    {
        string? Optional(string? text) => text is null ? null : strike(text);
        Narrative = strike(Narrative);
        (ImmediateAction, SuggestedMeasure, ReporterProfession) = (Optional(ImmediateAction), Optional(SuggestedMeasure), Optional(ReporterProfession));
        (MessageId, UnknownSite, Question, ReopenedBecause) = (Optional(MessageId), Optional(UnknownSite), Optional(Question), Optional(ReopenedBecause));
    }

    /// <summary>What was derived from the narrative before a passage was struck follows from what is left.</summary>
    public void DeriveAgain(string narrative, ulong seed)
    {
        if (MinHashSignature.Length > 0) MinHashSignature = Similarity.SignatureOf(narrative, seed);
        Suggestions = [.. Suggestions.Select(s => s with { Terms = [.. s.Terms.Where(t => narrative.Contains(t, StringComparison.OrdinalIgnoreCase))] })];
    }

    /// <summary>A passage was struck; null when nothing waits here, or Routing, which owns the versions, says so itself.</summary>
    public CaseChanged? Redacted(string organization, DateTimeOffset now)
    {
        if (!IsPending || Reopening > 0) return null;
        TransitionTo(State, Open);
        return Changed("redacted", organization, now);
    }

    /// <summary>A closed case comes back; false when this reopening has arrived before, and is in the queue or decided.</summary>
    public bool Reopen(CaseReopened reopened)
    {
        if (reopened.Case.Reopenings <= Reopening) return false;
        ReopenedCase = reopened.Case;
        (ReopenedBecause, AskedAt, Question, MainCase) = (reopened.Reason.Value, null, null, null);
        Flags = [TriageFlags.Reopened];
        Classify(reopened.Case.Facts, Reasons.SkipLast(1));
        FactsVersion = Math.Max(FactsVersion, reopened.Version);
        StartClock(reopened.OccurredAt);
        TransitionTo(CaseStates.Triage, open: true);
        return true;
    }

    /// <summary>Routing corrected the facts of the case, or handed it over: what is to be reviewed is the new party's.</summary>
    public void Correct(DeviationFacts facts, int version)
    {
        if (version <= FactsVersion) return;
        FactsVersion = version;
        Classify(facts, Reasons.SkipLast(1));
    }

    /// <summary>A coordinator has reviewed what was routed automatically.</summary>
    public void Review() => Open = false;

    /// <summary>The current state for a replay; nothing has happened. Null when it has a case, which Routing replays.</summary>
    public CaseSnapshotPublished? Snapshot(DateTimeOffset now) =>
        State == CaseStates.Routed || Reopening > 0 || WasRoutedBeforeMerge ? null
            : new() { DeviationId = Id, Version = Version, OccurredAt = now, Case = Changed("snapshot", null, now) };

    // Only a deviation that was routed automatically can be merged after routing, and then the version is Routing's.
    private bool WasRoutedBeforeMerge => State == CaseStates.Duplicate && Version == AssessedVersion;

    private CaseChanged End(string action, string state, string? organization, DateTimeOffset now)
    {
        TransitionTo(state, open: false);
        return Changed(action, organization, now);
    }

    private void TransitionTo(string state, bool open)
    {
        (Version, State, Open) = (Version + 1, state, open);
        NextDueAt = Next()?.At;
    }

    private void Classify(DeviationFacts facts, IEnumerable<string> reasons)
    {
        // Facts from elsewhere may be from before more patients were named.
        facts = facts.WithPatientsGiven(Facts?.PatientsGiven ?? 0);
        (Facts, Category, OccurredOn, RespondentOrganization, ReporterOrganization) =
            (facts, facts.Category, facts.OccurredOn, facts.RespondentOrganization, facts.ReporterOrganization);
        (Priority, var reason) = Priorities.Of(facts);
        Reasons = [.. reasons, reason];
    }

    private DeviationTriaged Triaged(string? unit, string? triagedBy, ProtectedText? comment, DateTimeOffset now) => new()
    {
        DeviationId = Id,
        Version = Version,
        OccurredAt = now,
        Facts = Facts,
        Priority = Priority,
        Reasons = Reasons,
        Unit = unit,
        TriagedBy = triagedBy,
        Reopening = Reopening,
        Comment = comment,
        Narrative = new(Narrative),
        ImmediateAction = ImmediateAction is null ? null : new ProtectedText(ImmediateAction),
        SuggestedMeasure = SuggestedMeasure is null ? null : new ProtectedText(SuggestedMeasure),
        ReporterProfession = ReporterProfession is null ? null : new ProtectedText(ReporterProfession),
        MessageId = MessageId is null ? null : new ProtectedText(MessageId),
        SamePatient = SamePatient.Count == 0 ? null : SamePatient,
        UnknownSite = UnknownSite is null ? null : new ProtectedText(UnknownSite),
    };

    private CaseChanged Changed(string action, string? organization, DateTimeOffset now) => new()
    {
        DeviationId = Id,
        Version = Version,
        OccurredAt = now,
        Action = action,
        Organization = organization,
        State = State,
        Facts = Facts,
        MainCase = MainCase,
        ClosedAt = CaseStates.IsFinal(State) ? now : null,
    };
}

/// <summary>Why a person must look.</summary>
internal static class TriageFlags
{
    public const string NoCategory = "noCategory", AgreementMissing = "agreementMissing", SeriousHarm = "seriousHarm", UnresolvedParty = "unresolvedParty",
        PossibleDuplicate = "possibleDuplicate", PossibleIdentity = "possibleIdentity", Reopened = "reopened";
}
