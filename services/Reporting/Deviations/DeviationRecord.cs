using System.Security.Cryptography;
using System.Text.Json;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Hosting.Calendar;
using Avvik.TextProtection;

namespace Avvik.Reporting.Deviations;

/// <summary>What was submitted, which never changes, and its current state, which the case's events set.</summary>
internal sealed class DeviationRecord
{
    public Guid Id { get; init; }
    /// <summary>Given when it is stored.</summary>
    public string Reference { get; set; } = "";
    public required string ReporterOrganization { get; init; }
    /// <summary>Unit of whoever reported it; null when none is known.</summary>
    public string? ReportingUnit { get; init; }
    /// <summary>Subject of whoever reported it; null in rows from before the column existed.</summary>
    public string? SubmittedBy { get; init; }
    /// <summary>Subject of whoever withdrew it.</summary>
    public string? WithdrawnBy { get; init; }
    public required string ClientId { get; init; }
    public required string ClientReference { get; init; }
    /// <summary>Keyed fingerprint of the content (<see cref="PatientEnvelopes.Fingerprint"/>): shows whether a repeat has the same content.</summary>
    public required byte[] ContentPrint { get; init; }
    public required string RespondentOrganization { get; init; }
    public required string Community { get; init; }
    public string? Direction { get; init; }
    public string? Agreement { get; init; }
    public DateTimeOffset ReceivedAt { get; init; }
    /// <summary>When it occurred, as it was sent; null in rows from before the column, until <see cref="Fhir.OccurrenceBackfill"/> has read it.</summary>
    public DateTimeOffset? OccurredFrom { get; init; }
    /// <summary>The end of the day that it occurred on, or of the moment.</summary>
    public DateTimeOffset? OccurredUntil { get; init; }
    public bool HasPatient { get; init; }
    /// <summary>Envelopes so far, also those that are erased; 0 in rows from before there could be several.</summary>
    public int PatientsGiven { get; init; }
    /// <summary>As reported or corrected.</summary>
    public int? PatientsAffected { get; init; }
    /// <summary>As sent, without the patients; sealed, with the reporter's name in it (<see cref="Opened"/>).</summary>
    public required string Submission { get; init; }
    /// <summary>The opened submission.</summary>
    public Submission Sent { get; set; } = null!;

    /// <summary>Highest version of the case that has arrived; 1 is the submission.</summary>
    public int StatusVersion { get; init; }
    public required string Status { get; init; }
    public string? Category { get; init; }
    /// <summary>
    /// The point of § 6-2 that it counts under, and after a slash the number in the agreement's own list when that is another: <c>8/8-1</c>.
    /// </summary>
    public string? Clause { get; init; }
    public required string ActualHarm { get; init; }
    public string? Unit { get; init; }
    public DateTimeOffset? DueAt { get; init; }
    /// <summary>When it was last answered; null until somebody has.</summary>
    public DateTimeOffset? AnsweredAt { get; init; }
    /// <summary>Number of messages the reporter has written.</summary>
    public int Messages { get; init; }
    /// <summary>Messages that followed up an answer; at most one.</summary>
    public int FollowUps { get; init; }
    /// <summary>The case that it is a duplicate of.</summary>
    public Guid? MainCase { get; init; }
    /// <summary>When the patient's envelope is to be erased; null while the case is open, and without an envelope.</summary>
    public DateTimeOffset? EraseAt { get; init; }
    public DateTimeOffset? EnvelopeErasedAt { get; init; }

    /// <summary>Itself, with its submission opened; one that cannot be opened is shown as such.</summary>
    public DeviationRecord Opened(TextProtector texts)
    {
        try { Sent = Open(Submission, texts); }
        catch (CryptographicException)
        {
            Sent = new() { OccurredAt = $"{NorwegianCalendar.DayOf(ReceivedAt):yyyy-MM-dd}", Narrative = Texts.Message("unreadableText") };
        }
        return this;
    }

    /// <summary>A submission as it is stored.</summary>
    public static string Seal(Submission submission, TextProtector texts) =>
        texts.Protect(JsonSerializer.Serialize(submission.WithoutPatients(), SubmissionJson.Default.Submission)).Value;

    /// <summary>A submission that is stored.</summary>
    /// <exception cref="CryptographicException">This service does not have the key.</exception>
    public static Submission Open(string stored, TextProtector texts) =>
        JsonSerializer.Deserialize(texts.RevealStored(stored), SubmissionJson.Default.Submission)!;

    /// <summary>From when until when it occurred: a whole Norwegian day when no time was sent, else the millisecond.</summary>
    public static (DateTimeOffset From, DateTimeOffset Until) Occurrence(Submission sent) => LocalMoment.Read(sent.OccurredAt)!.Value switch
    {
        (_, { } at) => (at, at.AddMilliseconds(1)),
        (var day, null) => (NorwegianCalendar.StartOf(day), NorwegianCalendar.StartOf(day.AddDays(1))),
    };

    /// <summary>The receipt: the deviation as it was accepted, whatever has happened since.</summary>
    public Deviation Receipt()
    {
        var day = LocalMoment.Read(Sent.OccurredAt)!.Value.Day;
        var isPraise = Sent.Kind == Vocabulary.Praise;
        var receipt = View(CaseStates.Submitted, Sent.Category, null, isPraise ? "unknown" : Sent.ActualHarm ?? "unknown", null, []);
        receipt = receipt with { PatientsAffected = Affected(Sent.PatientsAffected) };
        // A correction changes these here too; the receipt follows from what was sent.
        if (HealthCommunities.Party(ReporterOrganization) is not { } reporter
            || HealthCommunities.Party(Sent.Respondent?.OrganizationNumber) is not { } respondent) return receipt;
        var agreement = reporter.AgreementWith(respondent, day)?.Code;
        var clause = ClauseNamed(agreement, day) is { } named ? named.Statutory
            : AgreementClauses.OfCategory(Community, agreement, Sent.Category, day);
        return receipt with
        {
            RespondentOrganization = respondent.OrganizationNumber,
            Direction = Directions.Between(reporter, respondent),
            Agreement = agreement is null ? null : Judged(agreement, isPraise ? null : clause, day, asSent: true),
        };
    }

    /// <param name="timeline">What happened since it was submitted.</param>
    /// <param name="submitter">Its submitter, for who may know it; else null.</param>
    public Deviation Current(IEnumerable<TimelineEntry> timeline, string? submitter) =>
        View(Status, Category, Clause, ActualHarm, Unit is null ? null : new CaseSummary(Id, Unit, Status, DueAt), timeline, submitter);

    // A row from before there could be several has one.
    private int Named => Math.Max(PatientsGiven, HasPatient ? 1 : 0);

    private int? Affected(int? said) => Math.Max(said ?? 0, Named) is > 0 and var known ? known : null;

    private AgreementClause? ClauseNamed(string? agreement, DateOnly day) => AgreementClauses.Find(Community, agreement, Sent.Clause, day);

    /// <summary>The two numbers of a clause as <see cref="Clause"/> holds them.</summary>
    public static string? ClauseOf(DeviationFacts facts) => facts.LocalClause is { } local ? $"{facts.Clause}/{local}" : facts.Clause;

    // The clause in the agreement's own words: until the case says which one counts, the one that the reporter named.
    private AgreementReference Judged(string agreement, string? clause, DateOnly day, bool asSent)
    {
        if (asSent && ClauseNamed(agreement, day) is { } named && named.Statutory == clause && clause is not null)
            return new(agreement, clause, named.Number == clause ? null : named.Number, named.Title);
        var (point, local) = clause?.Split('/') switch
        {
            ["", var own] => (null, own),
            [var statutory, var own] => (statutory, own),
            _ => (clause, null),
        };
        return new(agreement, point, local, AgreementClauses.Of(Community, agreement).FirstOrDefault(c => c.Number == (local ?? point))?.Title);
    }

    private Deviation View(string state, string? category, string? clause, string actualHarm, CaseSummary? summary,
        IEnumerable<TimelineEntry> timeline, string? submitter = null) => new()
        {
            Id = Id,
            Reference = Reference,
            State = state,
            ReceivedAt = ReceivedAt,
            Community = Community,
            Direction = Direction,
            ReporterOrganization = ReporterOrganization,
            RespondentOrganization = RespondentOrganization,
            Agreement = Agreement is null ? null : Judged(Agreement, clause, LocalMoment.Read(Sent.OccurredAt)?.Day ?? NorwegianCalendar.DayOf(ReceivedAt),
                asSent: StatusVersion == 1),
            Category = category,
            ActualHarm = actualHarm,
            HasPatient = HasPatient && EnvelopeErasedAt is null,
            PatientsGiven = Named,
            PatientsAffected = Affected(PatientsAffected),
            Submission = Sent,
            Case = summary,
            MainCase = MainCase,
            Timeline = [new(ReceivedAt, CaseStates.Submitted, ReporterOrganization, null, submitter), .. timeline],
        };
}

/// <summary>A change of the case as the reporter sees it. Its text may arrive before or after it.</summary>
internal sealed class TimelineRecord
{
    public Guid DeviationId { get; init; }
    public int Version { get; init; }
    public DateTimeOffset At { get; init; }
    public string? Event { get; init; }
    public string? Organization { get; init; }
    /// <summary>Protected, as it was published.</summary>
    public string? Text { get; init; }
}

/// <summary>A line of the change feed, in the order in which the changes arrived here. Codes only, no text.</summary>
internal sealed record ChangeRecord
{
    public long Position { get; init; }
    public Guid DeviationId { get; init; }
    public required string Reference { get; init; }
    public int Version { get; init; }
    public DateTimeOffset At { get; init; }
    public required string Event { get; init; }
    public string? Organization { get; init; }
    public required string State { get; init; }
    public string? Unit { get; init; }
    public DateTimeOffset? DueAt { get; init; }
    public required string ReporterOrganization { get; init; }
    public required string RespondentOrganization { get; init; }
}

/// <summary>A message from the reporter after the submission.</summary>
internal sealed class ReporterMessageRecord
{
    public Guid DeviationId { get; init; }
    public int Number { get; init; }
    public DateTimeOffset At { get; init; }
    /// <summary>Sealed.</summary>
    public required string Text { get; init; }
    /// <summary>Subject of whoever wrote it; null in rows from before the column existed.</summary>
    public string? Subject { get; init; }
    /// <summary>The caller's <c>Idempotency-Key</c>, or a generated one: the same key is stored once.</summary>
    public string? IdempotencyKey { get; init; }
}

/// <summary>How many envelopes a person has opened in an hour.</summary>
internal sealed class EnvelopeOpenings
{
    public required string Subject { get; init; }
    /// <summary>Hours since 1970.</summary>
    public int Hour { get; init; }
    public int Count { get; init; }
}

/// <summary>A patient's identity, sealed. Nothing else in the system holds it.</summary>
internal sealed class EnvelopeRecord
{
    public Guid DeviationId { get; init; }
    /// <summary>In the deviation, from 1.</summary>
    public int Number { get; init; } = 1;
    /// <summary>Opens only with this deviation's id.</summary>
    public required string Sealed { get; init; }
    /// <summary><see cref="PatientEnvelopes.PrintOf"/>; null in rows from before the column existed, until the resealer has made it.</summary>
    public byte[]? PatientPrint { get; init; }
}

/// <summary>The last reference number of a year.</summary>
internal sealed class ReferenceCounter
{
    public int Year { get; init; }
    public int Last { get; init; }
}
