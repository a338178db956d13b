using Refit;

namespace Avvik.Client;

/// <summary>
/// The HTTP surface, for health records and other integrations. <see cref="AvvikClient"/> makes one. Refit generates the implementation when this
/// assembly is compiled.
/// </summary>
/// <remarks>
/// Every call throws <see cref="AvvikProblemException"/> when the server refuses it, and <see cref="AvvikUnavailableException"/> when there is no answer.
/// </remarks>
public interface IAvvikClient
{
    /// <summary>Submits a deviation; the same client reference and content again gives the same receipt.</summary>
    /// <exception cref="AvvikProblemException">400, 409, 422 and others.</exception>
    [Post("/api/v1/deviations")]
    Task<Deviation> SubmitAsync([Body] Submission submission, CancellationToken ct = default);

    /// <summary>What a submission would become; stores nothing.</summary>
    /// <exception cref="AvvikProblemException">The same problem that a submission would give.</exception>
    [Post("/api/v1/deviations/validate")]
    Task<ValidationAnswer> ValidateAsync([Body] Submission submission, CancellationToken ct = default);

    /// <summary>A deviation of the caller's party.</summary>
    /// <exception cref="AvvikProblemException">404, also for what the caller may not know of.</exception>
    [Get("/api/v1/deviations/{id}")]
    Task<Deviation> GetDeviationAsync(Guid id, CancellationToken ct = default);

    /// <summary>Deviations of the caller's party, newest first.</summary>
    [Get("/api/v1/deviations")]
    Task<Page<Deviation>> ListDeviationsAsync(DeviationQuery? query = null, CancellationToken ct = default);

    /// <summary>Withdraws a deviation.</summary>
    /// <exception cref="AvvikProblemException">409 when it has been answered, or has ended.</exception>
    [Post("/api/v1/deviations/{id}/withdraw")]
    Task<Deviation> WithdrawAsync(Guid id, [Body] WithdrawDeviation withdrawal, CancellationToken ct = default);

    /// <summary>Sends what the reporter writes: the answer to a question, or the one follow-up to an answer.</summary>
    [Post("/api/v1/deviations/{id}/messages")]
    Task<Deviation> WriteMessageAsync(Guid id, [Body] ReporterMessage message, CancellationToken ct = default);

    /// <summary>Strikes a passage from every text of a deviation, its case and its lesson; for a coordinator of either party.</summary>
    [Post("/api/v1/deviations/{id}/redactions")]
    Task<TextRedaction> RedactAsync(Guid id, [Body] RedactText redaction, CancellationToken ct = default);

    /// <summary>What has been struck from texts of the party's deviations, newest first: what backups from before still hold. For auditors.</summary>
    [Get("/api/v1/redactions")]
    Task<Page<TextRedaction>> ListRedactionsAsync(RedactionQuery? query = null, CancellationToken ct = default);

    /// <summary>Seals what a health record knows of what its user is about to report; it opens <see cref="ReportLaunch.Path"/> at the workbench.</summary>
    [Post("/api/v1/deviations/launch")]
    Task<ReportLaunch> LaunchReportAsync([Body] LaunchContext context, CancellationToken ct = default);

    /// <summary>What was sealed.</summary>
    /// <exception cref="AvvikProblemException">410 when it has expired; 422 when it was made for another party, or changed.</exception>
    [Post("/api/v1/deviations/launch/open")]
    Task<LaunchContext> OpenLaunchAsync([Body] OpenLaunch launch, CancellationToken ct = default);

    /// <summary>The report of a serious event to the authorities, filled in, without the patient; for those who handle the case, and of the party
    /// that reported for whoever did, the leader of their unit and coordinators.</summary>
    /// <exception cref="AvvikProblemException">409 when the harm is not serious.</exception>
    [Get("/api/v1/deviations/{id}/national-report")]
    Task<NationalReportDraft> GetNationalReportAsync(Guid id, CancellationToken ct = default);

    /// <summary>Sends it to melde.no with the patient, whose envelope is opened for that.</summary>
    /// <exception cref="AvvikProblemException">409 when it has been sent, or nothing is connected; 422 when melde.no refuses it.</exception>
    [Post("/api/v1/deviations/{id}/national-report")]
    Task<SentNationalReport> SendNationalReportAsync(Guid id, [Body] SendNationalReport report, CancellationToken ct = default);

    /// <summary>A confidential reporter's name, for the coordinator who must have it and says so (<c>contactReporter</c>); every opening is logged.</summary>
    [Post("/api/v1/deviations/{id}/reporter/open")]
    Task<Reporter> OpenReporterAsync(Guid id, [Body] OpenEnvelope opening, CancellationToken ct = default);

    /// <summary>Opens the patient's envelope, for a purpose; every opening is logged.</summary>
    /// <exception cref="AvvikProblemException">404 for those who may not, and where there is none; 410 when it has been erased.</exception>
    [Post("/api/v1/deviations/{id}/patient/open")]
    Task<Patient> OpenEnvelopeAsync(Guid id, [Body] OpenEnvelope opening, CancellationToken ct = default);

    /// <summary>
    /// Opens the envelopes of a deviation that concerns several patients, up to 250 at a time, for a purpose. A page counts as one opening of the hourly limit,
    /// and each patient that is shown is a line in the access log.
    /// </summary>
    /// <exception cref="AvvikProblemException">404 for those who may not, and where there is none; 410 when they have been erased.</exception>
    [Post("/api/v1/deviations/{id}/patients/open")]
    Task<Page<Patient>> OpenEnvelopesAsync(Guid id, [Body] OpenEnvelope opening, string? cursor = null, CancellationToken ct = default);

    /// <summary>Names more patients of a deviation of the caller's party, until its case has ended. The same patient twice is one.</summary>
    /// <exception cref="AvvikProblemException">404; 409 when the case has ended; 422.</exception>
    [Post("/api/v1/deviations/{id}/patients")]
    Task<Deviation> AddPatientsAsync(Guid id, [Body] AddPatients patients, CancellationToken ct = default);

    /// <summary>Adds a file to the report, to a message or to the answer: PDF, JPEG, PNG or plain text, at most 10 MiB, ten for each.</summary>
    /// <param name="id">The deviation's.</param>
    /// <param name="belongsTo"><c>report</c>, <c>message</c> or <c>answer</c>.</param>
    /// <param name="file">The file and its name. Its stream is read once: a call that failed is repeated with a new one.</param>
    /// <param name="ct">Cancels the call.</param>
    /// <exception cref="AvvikProblemException">409 when the case has ended, 413 when it is too large, 422 when it is no such file or has a virus.</exception>
    [Multipart]
    [Post("/api/v1/deviations/{id}/attachments")]
    Task<Attachment> AddAttachmentAsync(Guid id, [AliasAs("belongsTo")] string belongsTo, [AliasAs("file")] StreamPart file, CancellationToken ct = default);

    /// <summary>Files of a deviation, for those who may open the patient's envelope.</summary>
    /// <exception cref="AvvikProblemException">404 for those who may not.</exception>
    [Get("/api/v1/deviations/{id}/attachments")]
    Task<Page<Attachment>> ListAttachmentsAsync(Guid id, CancellationToken ct = default);

    /// <summary>Opens a file, which is logged. Its headers have the type and the name; dispose it.</summary>
    /// <exception cref="AvvikProblemException">404 for those who may not, 410 when it has been erased or cannot be read.</exception>
    [Get("/api/v1/deviations/{id}/attachments/{attachmentId}")]
    Task<HttpContent> OpenAttachmentAsync(Guid id, Guid attachmentId, CancellationToken ct = default);

    /// <summary>Removes a file that the caller added, until the case has been answered. Its hash stays in the access log. Repeating it answers 404.</summary>
    /// <exception cref="AvvikProblemException">404 when it is somebody else's; 409 when the case has been answered, or has ended.</exception>
    [Delete("/api/v1/deviations/{id}/attachments/{attachmentId}")]
    Task RemoveAttachmentAsync(Guid id, Guid attachmentId, CancellationToken ct = default);

    /// <summary>What has changed for the caller's party, oldest first; waits for something to when the query says so.</summary>
    [Get("/api/v1/changes")]
    Task<Changes> ListChangesAsync(ChangeQuery? query = null, CancellationToken ct = default);

    /// <summary>Webhooks that this software has registered; an administrator sees all of the party's.</summary>
    [Get("/api/v1/webhooks")]
    Task<Page<Webhook>> ListWebhooksAsync(CancellationToken ct = default);

    /// <summary>Registers an address that changes are sent to from now on. The answer alone has the signing secret.</summary>
    /// <exception cref="AvvikProblemException">409 when the party has too many.</exception>
    [Post("/api/v1/webhooks")]
    Task<Webhook> RegisterWebhookAsync([Body] WebhookChange webhook, CancellationToken ct = default);

    /// <summary>A webhook, with how its deliveries go.</summary>
    [Get("/api/v1/webhooks/{id}")]
    Task<Webhook> GetWebhookAsync(Guid id, CancellationToken ct = default);

    /// <summary>Changes a webhook, and enables one that was disabled: it continues where it stopped.</summary>
    /// <exception cref="AvvikProblemException">412 when it has changed.</exception>
    [Put("/api/v1/webhooks/{id}")]
    Task<Webhook> ChangeWebhookAsync(
        Guid id, [Body] WebhookChange webhook, [Header("If-Match")] EntityVersion version, CancellationToken ct = default);

    /// <summary>Deletes a webhook.</summary>
    [Delete("/api/v1/webhooks/{id}")]
    Task DeleteWebhookAsync(Guid id, CancellationToken ct = default);

    /// <summary>Sends again what follows a cursor of the change feed.</summary>
    [Post("/api/v1/webhooks/{id}/replay")]
    Task<Webhook> ReplayWebhookAsync(Guid id, [Body] ReplayWebhook replay, CancellationToken ct = default);

    /// <summary>Makes a new signing secret, which the answer alone has; for a day the earlier one signs, too.</summary>
    /// <exception cref="AvvikProblemException">412 when it has changed.</exception>
    [Post("/api/v1/webhooks/{id}/rotate")]
    Task<Webhook> RotateWebhookSecretAsync(Guid id, [Header("If-Match")] EntityVersion version, CancellationToken ct = default);

    /// <summary>Posts a test message and says how that went.</summary>
    [Post("/api/v1/webhooks/{id}/test")]
    Task<WebhookTest> TestWebhookAsync(Guid id, CancellationToken ct = default);

    /// <summary>The access log of a service (<c>reporting</c>, <c>triage</c>, <c>routing</c>, <c>statistics</c>), for auditors.</summary>
    [Get("/api/v1/access-log/{service}")]
    Task<Page<AccessLogEntry>> ListAccessLogAsync(string service, AccessLogQuery? query = null, CancellationToken ct = default);

    /// <summary>Whether a service's access log is as it was written.</summary>
    [Get("/api/v1/access-log/{service}/verification")]
    Task<AccessLogVerification> VerifyAccessLogAsync(string service, CancellationToken ct = default);

    /// <summary>
    /// Lines of Reporting's access log about deviations of the caller's party whose envelope is this patient's; the other services' are found by those
    /// deviations. The search is itself logged.
    /// </summary>
    [Post("/api/v1/access-log/reporting/patient")]
    Task<Page<AccessLogEntry>> SearchAccessLogAsync([Body] PatientSearch search, string? cursor = null, int? limit = null, CancellationToken ct = default);

    /// <summary>What a service has kept of the other services' access logs.</summary>
    [Get("/api/v1/access-log/{service}/anchors")]
    Task<IReadOnlyList<AccessLogAnchor>> ListAccessLogAnchorsAsync(string service, CancellationToken ct = default);

    /// <summary>
    /// Messages of a service (<c>reporting</c>, <c>triage</c>, <c>routing</c>, <c>statistics</c>) that could not be sent, applied or read, oldest first;
    /// for administrators.
    /// </summary>
    [Get("/ops/{service}/parked")]
    Task<Page<ParkedMessage>> ListParkedAsync(string service, ParkedMessageQuery? query = null, CancellationToken ct = default);

    /// <summary>Sends or applies a parked message again (<c>requeue</c>), or discards it for good (<c>discard</c>).</summary>
    /// <exception cref="AvvikProblemException">404 when it is not parked any more.</exception>
    [Post("/ops/{service}/parked/{id}/{resolution}")]
    Task ResolveParkedAsync(string service, Guid id, string resolution, [Body] ParkedMessageReason reason, CancellationToken ct = default);

    /// <summary>The same for all that a selection names; the last item says how many.</summary>
    [Post("/ops/{service}/parked/{resolution}")]
    Task<IReadOnlyList<ParkedMessageProgress>> ResolveAllParkedAsync(
        string service, string resolution, [Body] ParkedMessageSelection selection, CancellationToken ct = default);

    /// <summary>What waits for the caller as coordinator, oldest first.</summary>
    [Get("/api/v1/triage")]
    Task<Page<TriageItem>> ListTriageAsync(TriageQuery? query = null, CancellationToken ct = default);

    /// <summary>Decides what waits in triage.</summary>
    [Post("/api/v1/triage/{id}/decision")]
    Task<TriageOutcome> DecideAsync(Guid id, [Body] TriageDecision decision, CancellationToken ct = default);

    /// <summary>The worklist.</summary>
    [Get("/api/v1/cases")]
    Task<Page<CaseRow>> ListCasesAsync(CaseQuery? query = null, CancellationToken ct = default);

    /// <summary>How many open cases there are, by state, and how many of them are overdue.</summary>
    [Get("/api/v1/cases/counts")]
    Task<CaseCounts> CountCasesAsync(CaseCountQuery? query = null, CancellationToken ct = default);

    /// <summary>A case the caller's party is part of.</summary>
    [Get("/api/v1/cases/{id}")]
    Task<CaseDetails> GetCaseAsync(Guid id, CancellationToken ct = default);

    /// <summary>Acts on a case as it was when it had <paramref name="version"/>. A case that was handed over is the caller's no more: use
    /// <see cref="HandOverAsync"/> for that.</summary>
    /// <exception cref="AvvikProblemException">409 when the case's state or the caller's role does not allow it, 412 when the case has changed.</exception>
    [Post("/api/v1/cases/{id}/{action}")]
    Task<CaseDetails> ActAsync(Guid id, [Header("If-Match")] EntityVersion version, string action, [Body] CaseAction body, CancellationToken ct = default);

    /// <summary>Hands a case, as it was when it had <paramref name="version"/>, over to the party that is to answer it.</summary>
    /// <exception cref="AvvikProblemException">409 when it has been answered, 412 when the case has changed, 422 when the party cannot have it.</exception>
    [Post("/api/v1/cases/{id}/hand-over")]
    Task HandOverAsync(Guid id, [Header("If-Match")] EntityVersion version, [Body] CaseAction body, CancellationToken ct = default);

    /// <summary>Changes a measure of a case as it was when it had <paramref name="version"/>.</summary>
    /// <exception cref="AvvikProblemException">409 when the measure's state or the caller's unit does not allow it, 412 when the case has changed.</exception>
    [Post("/api/v1/cases/{id}/measures/{measureId}")]
    Task<CaseDetails> ChangeMeasureAsync(
        Guid id, [Header("If-Match")] EntityVersion version, Guid measureId, [Body] MeasureChange change, CancellationToken ct = default);

    /// <summary>Measures of the caller's party by due date.</summary>
    [Get("/api/v1/measures")]
    Task<Page<MeasureRow>> ListMeasuresAsync(MeasureQuery? query = null, CancellationToken ct = default);

    /// <summary>Closed cases of the caller's party and lessons of its community that are similar to a case.</summary>
    [Get("/api/v1/cases/{id}/similar")]
    Task<SimilarCases> ListSimilarAsync(Guid id, CancellationToken ct = default);

    /// <summary>Proposes a lesson from a closed case.</summary>
    /// <exception cref="AvvikProblemException">409 when the case is not closed or has a lesson.</exception>
    [Post("/api/v1/cases/{caseId}/lesson")]
    Task<Lesson> ProposeLessonAsync(Guid caseId, [Body] LessonDraft lesson, CancellationToken ct = default);

    /// <summary>Rewrites a proposed lesson as it was when it had <paramref name="version"/>; the other party's approval is withdrawn.</summary>
    /// <exception cref="AvvikProblemException">409 when it is approved, 412 when it has changed.</exception>
    [Put("/api/v1/lessons/{id}")]
    Task<Lesson> ChangeLessonAsync(Guid id, [Header("If-Match")] EntityVersion version, [Body] LessonDraft lesson, CancellationToken ct = default);

    /// <summary>Approves a lesson, as it was when it had <paramref name="version"/>, on behalf of the caller's party.</summary>
    /// <exception cref="AvvikProblemException">409 when the case has been reopened, 412 when the lesson has changed.</exception>
    [Post("/api/v1/lessons/{id}/approve")]
    Task<Lesson> ApproveLessonAsync(Guid id, [Header("If-Match")] EntityVersion version, CancellationToken ct = default);

    /// <summary>Takes a lesson back, also an approved one: its words are erased everywhere.</summary>
    /// <exception cref="AvvikProblemException">412 when it has changed.</exception>
    [Post("/api/v1/lessons/{id}/withdraw")]
    Task WithdrawLessonAsync(Guid id, [Header("If-Match")] EntityVersion version, [Body] WithdrawLesson withdrawal, CancellationToken ct = default);

    /// <summary>A lesson.</summary>
    [Get("/api/v1/lessons/{id}")]
    Task<Lesson> GetLessonAsync(Guid id, CancellationToken ct = default);

    /// <summary>The lesson library, newest first.</summary>
    [Get("/api/v1/lessons")]
    Task<Page<Lesson>> ListLessonsAsync(LessonQuery? query = null, CancellationToken ct = default);

    /// <summary>Every code list with its labels; needs no token.</summary>
    [Get("/api/v1/vocabulary")]
    Task<VocabularyLists> GetVocabularyAsync(CancellationToken ct = default);

    /// <summary>A code list with its labels; needs no token.</summary>
    /// <param name="list">Its name: <c>categories</c>, <c>harm</c> …</param>
    /// <param name="ct">Cancels the call.</param>
    /// <exception cref="AvvikProblemException">404 when there is none of that name.</exception>
    [Get("/api/v1/vocabulary/{list}")]
    Task<VocabularyList> GetVocabularyListAsync(string list, CancellationToken ct = default);

    /// <summary>Communities, parties, units, agreements.</summary>
    [Get("/api/v1/directory")]
    Task<Directory> GetDirectoryAsync(CancellationToken ct = default);

    /// <summary>Adds, renames or closes a unit.</summary>
    /// <param name="code">The unit's.</param>
    /// <param name="change">The unit as it is to be.</param>
    /// <param name="version">The directory's, as it was read.</param>
    /// <param name="ct">Cancels the call.</param>
    /// <exception cref="AvvikProblemException">412 when the directory has changed.</exception>
    [Put("/api/v1/directory/units/{code}")]
    Task<DirectoryUnit> ChangeUnitAsync(
        string code, [Body] DirectoryUnitChange change, [Header("If-Match")] EntityVersion version, CancellationToken ct = default);

    /// <summary>A health community as a document that can be changed and imported.</summary>
    /// <exception cref="AvvikProblemException">404 when there is none of that code.</exception>
    [Get("/api/v1/directory/communities/{code}")]
    Task<Contracts.CommunityDocument> GetCommunityAsync(string code, CancellationToken ct = default);

    /// <summary>Imports of communities, newest first.</summary>
    [Get("/api/v1/directory/imports")]
    Task<IReadOnlyList<DirectoryVersion>> ListDirectoryImportsAsync(CancellationToken ct = default);

    /// <summary>Imports communities as they are to be, all or none.</summary>
    /// <param name="import">Each community whole.</param>
    /// <param name="version">The directory's, as it was read.</param>
    /// <param name="dryRun">True: answers with what would change, and stores nothing.</param>
    /// <param name="ct">Cancels the call.</param>
    /// <exception cref="AvvikProblemException">403 for another trust's community, 412 when the directory has changed, 422 with all that is wrong.</exception>
    [Post("/api/v1/directory/import")]
    Task<DirectoryImportAnswer> ImportDirectoryAsync(
        [Body] DirectoryImport import, [Header("If-Match")] EntityVersion version, bool dryRun = false, CancellationToken ct = default);

    /// <summary>Takes the newest import back.</summary>
    /// <param name="undo">Why.</param>
    /// <param name="version">The directory's, as it was read.</param>
    /// <param name="dryRun">True: answers with what would change, and stores nothing.</param>
    /// <param name="ct">Cancels the call.</param>
    /// <exception cref="AvvikProblemException">409 when there is none, or a case names what would be gone.</exception>
    [Post("/api/v1/directory/undo")]
    Task<DirectoryImportAnswer> UndoDirectoryImportAsync(
        [Body] DirectoryUndo undo, [Header("If-Match")] EntityVersion version, bool dryRun = false, CancellationToken ct = default);

    /// <summary>Roles given at the caller's party, newest first.</summary>
    [Get("/api/v1/assignments")]
    Task<Page<Assignment>> ListAssignmentsAsync(AssignmentQuery? query = null, CancellationToken ct = default);

    /// <summary>Gives somebody a role.</summary>
    [Post("/api/v1/assignments")]
    Task<Assignment> AssignAsync([Body] NewAssignment assignment, CancellationToken ct = default);

    /// <summary>Confirms, as a second administrator, that somebody is given <c>admin</c> or <c>auditor</c>.</summary>
    /// <exception cref="AvvikProblemException">409 when the caller gave it, or it does not wait for anyone.</exception>
    [Post("/api/v1/assignments/{id}/confirm")]
    Task<Assignment> ConfirmAssignmentAsync(Guid id, CancellationToken ct = default);

    /// <summary>Ends an assignment.</summary>
    /// <exception cref="AvvikProblemException">409 when it is over.</exception>
    [Post("/api/v1/assignments/{id}/end")]
    Task<Assignment> EndAssignmentAsync(Guid id, [Body] EndAssignment ending, CancellationToken ct = default);

    /// <summary>Whom the services take the caller for: the token's roles, and those that the caller is assigned.</summary>
    [Get("/api/v1/assignments/me")]
    Task<EffectiveRoles> GetEffectiveRolesAsync(CancellationToken ct = default);

    /// <summary>The routing rules of the caller's party: those in force, or an earlier version.</summary>
    [Get("/api/v1/routing-rules")]
    Task<RoutingRuleSet> GetRoutingRulesAsync(int? version = null, CancellationToken ct = default);

    /// <summary>Replaces the routing rules of the caller's party.</summary>
    /// <param name="change">The rules.</param>
    /// <param name="version">The rules', as they were read.</param>
    /// <param name="ct">Cancels the call.</param>
    /// <exception cref="AvvikProblemException">412 when the rules have changed.</exception>
    [Put("/api/v1/routing-rules")]
    Task<RoutingRuleSet> SetRoutingRulesAsync([Body] RoutingRuleChange change, [Header("If-Match")] EntityVersion version, CancellationToken ct = default);

    /// <summary>Where the party's last cases would have gone by other rules; changes nothing.</summary>
    [Post("/api/v1/routing-rules/simulate")]
    Task<SimulatedRouting> SimulateRoutingRulesAsync([Body] RoutingRuleSimulation simulation, CancellationToken ct = default);

    /// <summary>Figures of the caller's health community.</summary>
    [Get("/api/v1/statistics")]
    Task<StatisticsAnswer> GetStatisticsAsync(StatisticsQuery? query = null, CancellationToken ct = default);

    /// <summary>Of the deviations with harm of the caller's party or unit: how often patient or next of kin were told.</summary>
    /// <param name="query">Period and filters; <c>Scope</c>, <c>Community</c> and <c>By</c> are not taken.</param>
    /// <param name="ct">Cancels the call.</param>
    /// <exception cref="AvvikProblemException">403 for whoever sees no figures whole.</exception>
    [Get("/api/v1/statistics/patient-information")]
    Task<PatientInformationFigures> GetPatientInformationAsync(StatisticsQuery? query = null, CancellationToken ct = default);

    /// <summary>National indicators beside the own community's deviations, by municipality.</summary>
    /// <param name="quarter">As in <c>2026-Q3</c>; null: the one frozen last.</param>
    /// <param name="ct">Cancels the call.</param>
    [Get("/api/v1/statistics/indicators")]
    Task<IndicatorComparison> GetIndicatorsAsync(string? quarter = null, CancellationToken ct = default);

    /// <summary>How well reporting is known in the caller's party.</summary>
    /// <param name="quarter">As in <c>2026-Q3</c>; null: this one.</param>
    /// <param name="ct">Cancels the call.</param>
    [Get("/api/v1/deviations/activity")]
    Task<ReportingActivity> GetReportingActivityAsync(string? quarter = null, CancellationToken ct = default);

    /// <summary>Takes deviations of an earlier system into the figures, marked as imported; all of them or none.</summary>
    /// <param name="import">What to take in.</param>
    /// <param name="dryRun">True: only check it.</param>
    /// <param name="ct">Cancels the call.</param>
    [Post("/api/v1/statistics/history")]
    Task<ImportedHistory> ImportHistoryAsync([Body] HistoryImport import, bool dryRun = false, CancellationToken ct = default);

    /// <summary>
    /// A report; <paramref name="path"/> as in <c>2026-Q3</c>, <c>2026</c>, <c>regions/hamarregionen/2026</c>, <c>patient-groups/maternity/2026</c>,
    /// <c>agreements/innlandet-2024</c>.
    /// </summary>
    /// <param name="community">Code of the health community.</param>
    /// <param name="path">Which report.</param>
    /// <param name="version">Of a quarter; null: the latest.</param>
    /// <param name="scope"><c>own</c>: the cases of the caller's party or unit, whole and as they stand; else protected figures of the community.</param>
    /// <param name="ct">Cancels the call.</param>
    /// <exception cref="AvvikProblemException">404, also for what is not frozen yet.</exception>
    [Get("/api/v1/reports/{community}/{**path}")]
    Task<Report> GetReportAsync(string community, string path, int? version = null, string? scope = null, CancellationToken ct = default);

    /// <summary>The same as a file; <paramref name="path"/> as in <c>2026-Q3.json</c>, <c>2026-Q3.csv</c>, <c>regions/hamarregionen/2026.pdf</c>.</summary>
    /// <param name="community">Code of the health community.</param>
    /// <param name="path">Which report, and its format.</param>
    /// <param name="version">Of a quarter; null: the latest.</param>
    /// <param name="scope">As for <see cref="GetReportAsync"/>.</param>
    /// <param name="ct">Cancels the call.</param>
    [Get("/api/v1/reports/{community}/{**path}")]
    Task<Stream> OpenReportAsync(string community, string path, int? version = null, string? scope = null, CancellationToken ct = default);

    /// <summary>The frozen versions of a quarter, newest first.</summary>
    [Get("/api/v1/reports/{community}/{quarter}/versions")]
    Task<Page<ReportVersion>> ListReportVersionsAsync(string community, string quarter, CancellationToken ct = default);

    /// <summary>What differs between two frozen versions of a quarter.</summary>
    [Get("/api/v1/reports/{community}/{quarter}/diff")]
    Task<ReportDiff> GetReportDiffAsync(
        string community, string quarter, [AliasAs("from")] int earlier, [AliasAs("to")] int later, CancellationToken ct = default);

    /// <summary>Freezes a quarter; again only with a reason.</summary>
    /// <exception cref="AvvikProblemException">409 when it is not over, or somebody else froze it at the same time.</exception>
    [Post("/api/v1/reports/{community}/{quarter}/freeze")]
    Task<ReportVersion> FreezeReportAsync(string community, string quarter, [Body] FreezeReport freeze, CancellationToken ct = default);

    /// <summary>Series that had far more deviations than usual, newest first.</summary>
    [Get("/api/v1/signals")]
    Task<Page<SignalItem>> ListSignalsAsync(SignalQuery? query = null, CancellationToken ct = default);

    /// <summary>The own cases behind a signal, newest first, at most 200.</summary>
    [Get("/api/v1/signals/{id}/cases")]
    Task<SignalCases> ListSignalCasesAsync(Guid id, CancellationToken ct = default);

    /// <summary>Says that a signal was looked at, or what explains it.</summary>
    [Post("/api/v1/signals/{id}")]
    Task<SignalItem> ChangeSignalAsync(Guid id, [Body] ChangeSignal change, CancellationToken ct = default);

    /// <summary>What the caller, or a unit, was notified of, newest first.</summary>
    /// <exception cref="AvvikProblemException">404 for a unit whose notices are not the caller's to read.</exception>
    [Get("/api/v1/notices")]
    Task<Page<NoticeItem>> ListNoticesAsync(NoticeQuery? query = null, CancellationToken ct = default);

    /// <summary>How the caller is notified of answers to own reports.</summary>
    [Get("/api/v1/notices/settings")]
    Task<NoticeSettings> GetNoticeSettingsAsync(CancellationToken ct = default);

    /// <summary>Sets how the caller is notified.</summary>
    /// <exception cref="AvvikProblemException">412 when the settings have changed.</exception>
    [Put("/api/v1/notices/settings")]
    Task<NoticeSettings> SetNoticeSettingsAsync([Body] NoticeSettingsChange change, [Header("If-Match")] EntityVersion version, CancellationToken ct = default);

    /// <summary>How each unit of the caller's party is notified, and where that failed; for coordinators and administrators.</summary>
    [Get("/api/v1/notices/units")]
    Task<Page<NoticeSettings>> ListUnitNoticeSettingsAsync(CancellationToken ct = default);

    /// <summary>How a unit is notified.</summary>
    [Get("/api/v1/notices/units/{code}")]
    Task<NoticeSettings> GetUnitNoticeSettingsAsync(string code, CancellationToken ct = default);

    /// <summary>Sets how a unit is notified.</summary>
    /// <exception cref="AvvikProblemException">412 when the settings have changed.</exception>
    [Put("/api/v1/notices/units/{code}")]
    Task<NoticeSettings> SetUnitNoticeSettingsAsync(
        string code, [Body] NoticeSettingsChange change, [Header("If-Match")] EntityVersion version, CancellationToken ct = default);

    /// <summary>Acts on a case with an action that needs no body.</summary>
    Task<CaseDetails> ActAsync(Guid id, EntityVersion version, string action) => ActAsync(id, version, action, new CaseAction());

    /// <summary>Withdraws a deviation for a reason.</summary>
    Task<Deviation> WithdrawAsync(Guid id, string reason, CancellationToken ct = default) =>
        WithdrawAsync(id, new WithdrawDeviation { Reason = reason }, ct);

    /// <summary>Sends what the reporter writes.</summary>
    Task<Deviation> WriteMessageAsync(Guid id, string text, CancellationToken ct = default) =>
        WriteMessageAsync(id, new ReporterMessage { Text = text }, ct);

    /// <summary>Opens the patient's envelope for a purpose, a code of <c>accessPurposes</c>.</summary>
    Task<Patient> OpenEnvelopeAsync(Guid id, string purpose, CancellationToken ct = default) =>
        OpenEnvelopeAsync(id, new OpenEnvelope { Purpose = purpose }, ct);

    /// <summary>Freezes a quarter; again only with a reason.</summary>
    Task<ReportVersion> FreezeReportAsync(
        string community, string quarter, string? reason = null, CancellationToken ct = default) =>
        FreezeReportAsync(community, quarter, new FreezeReport { Reason = reason }, ct);

    /// <summary>A report as a file, byte for byte.</summary>
    async Task<byte[]> DownloadReportAsync(
        string community, string path, int? version = null, CancellationToken ct = default)
    {
        await using var report = await OpenReportAsync(community, path, version, ct: ct);
        using var bytes = new MemoryStream();
        await report.CopyToAsync(bytes, ct);
        return bytes.ToArray();
    }
}

/// <summary>The version that a change is based on: the ETag of what was read, sent as <c>If-Match</c>. A number will do.</summary>
/// <param name="Version">From 1.</param>
public readonly record struct EntityVersion(int Version)
{
    /// <summary>The version as a number.</summary>
    public static implicit operator EntityVersion(int version) => new(version);

    /// <summary>As <c>If-Match</c> takes it: <c>"12"</c>.</summary>
    public override string ToString() => $"\"{Version}\"";
}
