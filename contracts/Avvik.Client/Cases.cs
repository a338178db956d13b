using System.ComponentModel.DataAnnotations;
using Avvik.Contracts;

namespace Avvik.Client;

/// <summary>A line of the worklist.</summary>
public sealed record CaseRow
{
    /// <summary>The deviation's id.</summary>
    public required Guid Id { get; init; }
    /// <summary>For people.</summary>
    public required string Reference { get; init; }
    /// <summary>Code of <c>caseStates</c>.</summary>
    [Code("caseStates")]
    public required string State { get; init; }
    /// <summary>Unit that has it.</summary>
    public required string Unit { get; init; }
    /// <summary>Code of the health community.</summary>
    public required string Community { get; init; }
    /// <summary>From whom to whom.</summary>
    [Code("directions")]
    public string? Direction { get; init; }
    /// <summary>Who reported.</summary>
    public required string ReporterOrganization { get; init; }
    /// <summary>Who answers.</summary>
    public required string RespondentOrganization { get; init; }
    /// <summary>Agreement breach, incident …</summary>
    [Code("kinds")]
    public required string Kind { get; init; }
    /// <summary>Code of <c>categories</c>.</summary>
    [Code("categories")]
    public required string Category { get; init; }
    /// <summary>Point of § 6-2.</summary>
    [Code("clauses")]
    public string? Clause { get; init; }
    /// <summary>Number of the clause in the agreement's own list, when it is another.</summary>
    public string? LocalClause { get; init; }
    /// <summary>Code of <c>harm</c>.</summary>
    [Code("harm")]
    public required string ActualHarm { get; init; }
    /// <summary><c>urgent</c>, <c>high</c>, <c>normal</c> or <c>low</c>.</summary>
    [Code("priorities")]
    public required string Priority { get; init; }
    /// <summary>When it was reported.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }
    /// <summary>When the answer is due.</summary>
    public required DateTimeOffset DueAt { get; init; }
    /// <summary>True when it is past due and not answered.</summary>
    public required bool Overdue { get; init; }
    /// <summary>Wrong-recipient returns so far.</summary>
    public required int Hops { get; init; }
    /// <summary>How many patients it is known to have affected; null when nobody has said.</summary>
    public int? PatientsAffected { get; init; }
    /// <summary>Rises by one for each accepted action; the ETag.</summary>
    public required int Version { get; init; }
}

/// <summary>A case, as both parties see it. Its ETag is its version.</summary>
public sealed record CaseDetails : WrittenAnswer
{
    /// <summary>The worklist's line.</summary>
    public required CaseRow Case { get; init; }
    /// <summary>Agreement and clause.</summary>
    public AgreementReference? Agreement { get; init; }
    /// <summary>Norwegian local date.</summary>
    public required DateOnly OccurredOn { get; init; }
    /// <summary>When it happened, where the reporter knew the time of day.</summary>
    public DateTimeOffset? OccurredAt { get; init; }
    /// <summary>When it was discovered.</summary>
    public DateTimeOffset? DiscoveredAt { get; init; }
    /// <summary>The respondent's site that the reporter named.</summary>
    public string? Site { get; init; }
    /// <summary>The site as the reporter wrote it, when the directory does not know it.</summary>
    public string? UnknownSite { get; init; }
    /// <summary>Unit that reported.</summary>
    public string? ReportingUnit { get; init; }
    /// <summary>The reporter's profession; never who it was.</summary>
    public string? ReporterProfession { get; init; }
    /// <summary>Municipality where the patient stays, four digits.</summary>
    public string? PatientMunicipality { get; init; }
    /// <summary>Code of <c>messageTypes</c>: the electronic message concerned.</summary>
    [Code("messageTypes")]
    public string? AffectedMessage { get; init; }
    /// <summary>That message's id.</summary>
    public string? MessageId { get; init; }
    /// <summary>Code of <c>differences</c>: how that message differed from what was agreed.</summary>
    [Code("differences")]
    public string? Difference { get; init; }
    /// <summary>Code of <c>harm</c>: what could have happened.</summary>
    [Code("harm")]
    public string? PotentialHarm { get; init; }
    /// <summary>Code of <c>likelihood</c>: how likely it is to happen again.</summary>
    [Code("likelihood")]
    public string? Likelihood { get; init; }
    /// <summary>What happened.</summary>
    public required string Narrative { get; init; }
    /// <summary>What was done at once.</summary>
    public string? ImmediateAction { get; init; }
    /// <summary>What the reporter would have changed.</summary>
    public string? SuggestedMeasure { get; init; }
    /// <summary>Codes of <c>patientGroups</c>.</summary>
    [Code("patientGroups")]
    public required IReadOnlyList<string> PatientGroups { get; init; }
    /// <summary>True when Reporting holds a sealed envelope.</summary>
    public required bool HasPatient { get; init; }
    /// <summary>How many patients are named, each in a sealed envelope of Reporting.</summary>
    public int PatientsGiven { get; init; }
    /// <summary>Why it was classified so.</summary>
    public required IReadOnlyList<string> Reasons { get; init; }
    /// <summary>Which rule, of which version of the rules, chose the unit.</summary>
    public required RoutingDecision Routing { get; init; }
    /// <summary>The answer, once given.</summary>
    public CaseAnswer? Answer { get; init; }
    /// <summary>What is asked of the reporter, while the state is <c>awaitingReporter</c>.</summary>
    public string? Question { get; init; }
    /// <summary>
    /// What the respondent is sent when it does not use Avvik: the coordinator of the reporter's party writes to it, records that with
    /// <c>record-letter</c>, and enters its answer. Null when it answers here.
    /// </summary>
    public CaseLetter? Letter { get; init; }
    /// <summary>Whom to notify of a serious event and by when; null when the harm is not serious.</summary>
    public SeriousIncident? SeriousIncident { get; init; }
    /// <summary>What is recorded of telling patient and next of kin, oldest first, by either party; none is changed or removed.</summary>
    public IReadOnlyList<PatientInformationRecord> PatientInformation { get => field ?? []; init; }
    /// <summary>
    /// True for severe harm or death while no party has recorded whether patient or next of kin have been told. It is to be seen before closing, and does not
    /// stop it.
    /// </summary>
    public bool AwaitsPatientInformation { get; init; }
    /// <summary>Every closing so far, oldest first; one that was reopened keeps its earlier ones.</summary>
    public required IReadOnlyList<CaseClosing> Closings { get; init; }
    /// <summary>Deviations that repeat this one.</summary>
    public required IReadOnlyList<CaseDuplicate> Duplicates { get; init; }
    /// <summary>Cases that are reports of the same event.</summary>
    public IReadOnlyList<LinkedCase> Linked { get => field ?? []; init; }
    /// <summary>Open cases of the caller's party that may be: of the same patient, parties and days. <c>link</c> says that they are.</summary>
    public IReadOnlyList<LinkedCase> SuggestedLinks { get => field ?? []; init; }
    /// <summary>Actions this caller may take now.</summary>
    public required IReadOnlyList<string> AllowedActions { get; init; }
    /// <summary>The other actions, and why this caller may not take them now.</summary>
    public IReadOnlyList<RefusedAction> RefusedActions { get => field ?? []; init; }
    /// <summary>What has happened, oldest first; the same for both parties.</summary>
    public required IReadOnlyList<CaseEvent> Timeline { get; init; }
}

/// <summary>An action that the caller may not take now.</summary>
/// <param name="Action">As in the API's path.</param>
/// <param name="Code">Problem code that the call would be refused with: <c>actionNotAllowed</c> in this state, <c>forbidden</c>, <c>otherUnit</c> …</param>
public sealed record RefusedAction(string Action, string Code);

/// <summary>How many open cases the caller's party has a part in: <c>GET /api/v1/cases/counts</c>.</summary>
/// <param name="Open">In any state that is not final.</param>
/// <param name="Overdue">Of them, past due and not answered.</param>
/// <param name="States">Of them, by state, in the order of a case's life; those that have some.</param>
public sealed record CaseCounts(int Open, int Overdue, IReadOnlyList<CaseCount> States);

/// <summary>How many cases are in a state.</summary>
/// <param name="State">Code of <c>caseStates</c>.</param>
/// <param name="Count">How many.</param>
public sealed record CaseCount([property: Code("caseStates")] string State, int Count);

/// <summary>What chose the unit.</summary>
/// <param name="Rule"><c>respondentUnit</c>, <c>categoryService</c>, <c>site</c>, <c>fallback</c>, <c>coordinator</c>, <c>returned</c>,
/// <c>forwarded</c>, <c>transferred</c> or <c>moved</c>.</param>
/// <param name="Version">Of the rules.</param>
public sealed record RoutingDecision(string Rule, int Version);

/// <summary>Letters to a respondent that does not use Avvik.</summary>
/// <param name="AnswerBy">Last day for the answer (Norwegian local date): of the letter that was sent, or of one that is sent today.</param>
/// <param name="Sent">Oldest first; what follows the first reminds of it.</param>
public sealed record CaseLetter(DateOnly AnswerBy, IReadOnlyList<SentLetter> Sent);

/// <summary>A letter that was sent.</summary>
/// <param name="SentOn">Day on which it was sent (Norwegian local date).</param>
/// <param name="Channel">Code of <c>letterChannels</c>.</param>
/// <param name="RecordedAt">When that was recorded.</param>
public sealed record SentLetter(DateOnly SentOn, [property: Code("letterChannels")] string Channel, DateTimeOffset RecordedAt);

/// <summary>Something that happened to a case.</summary>
/// <param name="Version">The case's version after it.</param>
/// <param name="At">When.</param>
/// <param name="Action">What.</param>
/// <param name="Organization">Party of whoever did it; null when the system did.</param>
/// <param name="Actor">Who did it, as the token names them; null for the other party's eyes and for the system.</param>
/// <param name="State">State after it.</param>
/// <param name="Unit">Unit that has it after it.</param>
/// <param name="Text">The reason, or other words.</param>
public sealed record CaseEvent(int Version, DateTimeOffset At, [property: Code("caseEvents")] string Action, string? Organization, string? Actor,
    [property: Code("caseStates")] string State, string Unit, string? Text);

/// <summary>The answer to the one who reported.</summary>
/// <param name="Text">In words.</param>
/// <param name="ContributingFactors">Codes of <c>contributingFactors</c>.</param>
/// <param name="Measures">What is to change.</param>
/// <param name="NoMeasuresReason">Why nothing is.</param>
public sealed record CaseAnswer(string Text, [property: Code("contributingFactors")] IReadOnlyList<string> ContributingFactors,
    IReadOnlyList<Measure> Measures, string? NoMeasuresReason);

/// <summary>A serious event (helsetilsynsloven § 6, ukomloven § 7): severe harm or death.</summary>
/// <param name="Recipients">Who is to be notified, in bokmål.</param>
/// <param name="NotifyBy">
/// Last day; that day itself when it is to be done without delay. Counted from when it was received, or when its harm was raised or the case reopened.
/// </param>
/// <param name="Rule">The rule in force, in bokmål, with its source.</param>
/// <param name="Notice">The respondent's answer to «varslet?»; null until it has answered since <c>NotifyBy</c> was last set. A case cannot be closed
/// without.</param>
/// <param name="Notices">Every answer that either party has given, oldest first; none is changed or removed.</param>
public sealed record SeriousIncident(
    IReadOnlyList<string> Recipients, DateOnly NotifyBy, string Rule, SeriousIncidentNotice? Notice, IReadOnlyList<PartyNotice> Notices)
{
    /// <inheritdoc cref="SeriousIncident" path="/param[@name='Notices']"/>
    // Not sent by 0.1.
    public IReadOnlyList<PartyNotice> Notices { get; init; } = Notices ?? [];
}

/// <summary>A party's answer to «varslet?».</summary>
/// <param name="Organization">The party.</param>
/// <param name="Actor">Who gave it, as the token names them; null for the other party's eyes.</param>
/// <param name="At">When.</param>
/// <param name="Notice">The answer.</param>
public sealed record PartyNotice(string Organization, string? Actor, DateTimeOffset At, SeriousIncidentNotice Notice);

/// <summary>The answer to «varslet?».</summary>
public sealed record SeriousIncidentNotice
{
    /// <summary><c>yes</c> (needs a reference), <c>no</c> (needs a reason) or <c>notApplicable</c>.</summary>
    public string? Notified { get; init; }
    /// <summary>The receiver's reference, at most 100 characters.</summary>
    public string? Reference { get; init; }
    /// <summary>Why not, at most 4,000 characters.</summary>
    public string? Reason { get; init; }
}

/// <summary>What a party recorded of telling patient and next of kin.</summary>
/// <param name="Organization">The party.</param>
/// <param name="Actor">Who recorded it, as the token names them; null for the other party's eyes.</param>
/// <param name="At">When it was recorded.</param>
/// <param name="Information">What.</param>
public sealed record PatientInformationRecord(string Organization, string? Actor, DateTimeOffset At, PatientInformation Information);

/// <summary>
/// Whether patient or next of kin have been told of what happened, as they are to be of harm (pasient- og brukerrettighetsloven § 3-2 fourth paragraph and
/// § 3-3), and how they see it themselves.
/// </summary>
public sealed record PatientInformation
{
    /// <summary>Code of <c>patientInformed</c>; needed. <c>informed</c> needs <c>who</c>, <c>by</c> and <c>on</c>, <c>notInformed</c> needs
    /// <c>reasonCode</c>.</summary>
    [Code("patientInformed")]
    public string? Informed { get; init; }
    /// <summary>Code of <c>informedPersons</c>: who was told, or was not, or whose view it is.</summary>
    [Code("informedPersons")]
    public string? Who { get; init; }
    /// <summary>Function or profession, and unit, of whoever told them, at most 200 characters; never a person's name.</summary>
    public string? By { get; init; }
    /// <summary>On what day (Norwegian local date, <c>2026-09-30</c>): from that of the event until today.</summary>
    public string? On { get; init; }
    /// <summary>Code of <c>notInformedReasons</c>.</summary>
    [Code("notInformedReasons")]
    public string? ReasonCode { get; init; }
    /// <summary>How the patient or the next of kin see it, in their words, at most 4,000 characters. For those who see the case.</summary>
    public string? View { get; init; }
}

/// <summary>A closing, with both parties' views as they stood.</summary>
/// <param name="At">When.</param>
/// <param name="Version">The case's version after it.</param>
/// <param name="Organization">Party of whoever closed; null when nobody objected in time.</param>
/// <param name="Decision">The coordinators' decision, when it was disputed or escalated.</param>
/// <param name="RespondentsView">The answer.</param>
/// <param name="ReportersView">The dispute; null when there was none.</param>
public sealed record CaseClosing(DateTimeOffset At, int Version, string? Organization, string? Decision, string? RespondentsView, string? ReportersView);

/// <summary>A deviation that repeats the case.</summary>
/// <param name="Id">The duplicate.</param>
/// <param name="Reference">For people.</param>
/// <param name="ReporterOrganization">Who reported it; null when that is neither the caller's party nor for its eyes.</param>
/// <param name="Narrative">What its reporter wrote; null for a party that neither reported nor answers it.</param>
public sealed record CaseDuplicate(Guid Id, string Reference, string? ReporterOrganization, string? Narrative);

/// <summary>Another case of the same event.</summary>
/// <param name="Id">The case; null when the caller's party has no part in it.</param>
/// <param name="Reference">For people.</param>
/// <param name="State">Code of <c>caseStates</c>; null likewise.</param>
/// <param name="ReporterOrganization">Who reported it; null likewise.</param>
/// <param name="RespondentOrganization">Who answers it; null likewise.</param>
public sealed record LinkedCase(Guid? Id, string Reference, [property: Code("caseStates")] string? State, string? ReporterOrganization,
    string? RespondentOrganization);

/// <summary>Something that is to change.</summary>
public sealed record Measure
{
    /// <summary>Given by the server.</summary>
    public Guid? Id { get; init; }
    /// <summary>What, at most 2,000 characters.</summary>
    public string? Description { get; init; }
    /// <summary>Unit or role that sees to it, at most 200 characters; not a person's identity.</summary>
    public string? Owner { get; init; }
    /// <summary>By when (<c>2026-09-30</c>).</summary>
    public string? DueDate { get; init; }
    /// <summary><c>planned</c> when new, then <c>inProgress</c>, <c>done</c>, <c>effectChecked</c>, or <c>cancelled</c>. Given by the server.</summary>
    [Code("measureStates")]
    public string? State { get; init; }
    /// <summary>What was last said of it. Given by the server.</summary>
    public string? Note { get; init; }
}

/// <summary>A measure's new state: <c>POST /api/v1/cases/{id}/measures/{measureId}</c>.</summary>
public sealed record MeasureChange
{
    /// <summary><c>planned → inProgress → done → effectChecked</c>, or <c>cancelled</c> before it is done.</summary>
    [Required]
    [Code("measureStates")]
    public string? State { get; init; }
    /// <summary>At most 4,000 characters; needed for <c>effectChecked</c> (what the effect was) and <c>cancelled</c> (why).</summary>
    public string? Note { get; init; }
}

/// <summary>A measure in its owner's list.</summary>
/// <param name="CaseId">The case it came from.</param>
/// <param name="Reference">The case's, for people.</param>
/// <param name="Unit">Unit that sees to it.</param>
/// <param name="Overdue">Past its due date and neither done nor cancelled.</param>
/// <param name="Measure">The measure.</param>
/// <param name="Version">The case's; send it as If-Match with a change.</param>
public sealed record MeasureRow(Guid CaseId, string Reference, string Unit, bool Overdue, Measure Measure, int Version);

/// <summary>The body of any action on a case; which members an action needs is in the API's table.</summary>
public sealed record CaseAction
{
    /// <summary>For <c>return</c>, <c>transfer</c>, <c>dispute</c>, <c>escalate</c>, <c>reopen</c>, <c>reclassify</c>, <c>enter-in-error</c>, <c>hand-over</c>,
    /// <c>reject</c>, <c>merge</c>, <c>link</c> and <c>unlink</c>, at most 4,000 characters.</summary>
    public string? Reason { get; init; }
    /// <summary>For <c>return</c>: the right unit, if known; needed from the fallback unit. For <c>hand-over</c>: a unit of the other party, if
    /// known.</summary>
    public string? SuggestedUnit { get; init; }
    /// <summary>For <c>transfer</c>: a unit of the same party.</summary>
    public string? Unit { get; init; }
    /// <summary>For <c>answer</c>, and for <c>thank</c> of good collaboration, at most 8,000 characters.</summary>
    public string? Text { get; init; }
    /// <summary>For <c>answer</c>: codes of <c>contributingFactors</c>.</summary>
    [Code("contributingFactors")]
    public IReadOnlyList<string>? ContributingFactors { get; init; }
    /// <summary>For <c>answer</c>.</summary>
    public IReadOnlyList<Measure>? Measures { get; init; }
    /// <summary>For <c>answer</c> without measures.</summary>
    public string? NoMeasuresReason { get; init; }
    /// <summary>For <c>resolve</c>, and for <c>close</c> of an escalated case, at most 4,000 characters.</summary>
    public string? Decision { get; init; }
    /// <summary>For <c>ask</c>, at most 4,000 characters.</summary>
    public string? Question { get; init; }
    /// <summary>For <c>answer</c>, <c>accept</c> and <c>close</c> of a serious event.</summary>
    public SeriousIncidentNotice? SeriousIncidentNotice { get; init; }
    /// <summary>For <c>record-patient-information</c>.</summary>
    public PatientInformation? PatientInformation { get; init; }
    /// <summary>For <c>reclassify</c>: code of <c>categories</c>.</summary>
    [Code("categories")]
    public string? Category { get; init; }
    /// <summary>For <c>reclassify</c>: point of § 6-2; without it a new category's own.</summary>
    public string? Clause { get; init; }
    /// <summary>For <c>reclassify</c>: code of <c>harm</c>.</summary>
    [Code("harm")]
    public string? ActualHarm { get; init; }
    /// <summary>For <c>reclassify</c>: codes of <c>patientGroups</c>.</summary>
    [Code("patientGroups")]
    public IReadOnlyList<string>? PatientGroups { get; init; }
    /// <summary>For <c>reclassify</c>: how many patients it affected, 1–1,000,000 and not fewer than are named.</summary>
    public int? PatientsAffected { get; init; }
    /// <summary>For <c>reclassify</c>: when it occurred, a date (Norwegian local) or a time with offset. Agreement, clause and deadline follow.</summary>
    public string? OccurredAt { get; init; }
    /// <summary>For <c>reclassify</c>: the respondent's site, as in the directory. The unit follows, unless somebody has chosen one.</summary>
    public string? Site { get; init; }
    /// <summary>For <c>hand-over</c>: organisation number of the party that is to answer.</summary>
    public string? Organization { get; init; }
    /// <summary>For <c>merge</c>: the main case, of the same respondent. For <c>link</c>: another open case that the party has a part in.</summary>
    public Guid? OtherCase { get; init; }
    /// <summary>For <c>reject</c>: code of <c>rejectionReasons</c>.</summary>
    [Code("rejectionReasons")]
    public string? ReasonCode { get; init; }
    /// <summary>For <c>record-letter</c>: the day on which the letter was sent (<c>2026-11-30</c>), not before the case was received.</summary>
    public string? SentOn { get; init; }
    /// <summary>For <c>record-letter</c>: code of <c>letterChannels</c>.</summary>
    [Code("letterChannels")]
    public string? Channel { get; init; }
}
