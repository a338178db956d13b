using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Polly;
using Polly.Retry;

namespace Avvik.Client;

/// <summary>The server refused: its problem document says why.</summary>
/// <param name="status">HTTP status.</param>
/// <param name="problem">The problem document (RFC 9457).</param>
public sealed class AvvikProblemException(HttpStatusCode status, JsonElement problem) : Exception(
    $"{(int)status} {(problem.ValueKind == JsonValueKind.Object && problem.TryGetProperty("type", out var type) ? type.GetString() : "without a problem document")}")
{
    /// <summary>HTTP status.</summary>
    public HttpStatusCode Status => status;
    /// <summary>The problem document.</summary>
    public JsonElement Problem => problem;
}

/// <summary>
/// The HTTP surface, for health records and other integrations. The <see cref="HttpClient"/> knows the gateway's address and the caller's token.
/// Reads, and submissions, which are idempotent by their client reference, are tried again when the network or the server is away.
/// </summary>
public sealed class AvvikClient(HttpClient http)
{
    private static readonly ResiliencePipeline<HttpResponseMessage> Retries = new ResiliencePipelineBuilder<HttpResponseMessage>()
        .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
        {
            MaxRetryAttempts = 8,
            Delay = TimeSpan.FromMilliseconds(200),
            MaxDelay = TimeSpan.FromSeconds(5),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            ShouldHandle = a => ValueTask.FromResult(a.Outcome.Exception is HttpRequestException
                || a.Outcome.Result?.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout),
            DelayGenerator = a => ValueTask.FromResult(a.Outcome.Result?.Headers.RetryAfter?.Delta),
        }).Build();

    /// <summary>Submits a deviation; the same client reference and content again gives the same receipt.</summary>
    /// <exception cref="AvvikProblemException">400, 409, 422 and others.</exception>
    public Task<Deviation> SubmitAsync(Submission submission, CancellationToken ct = default) =>
        SendAsync(() => new(HttpMethod.Post, "api/v1/deviations") { Content = JsonContent.Create(submission, ClientJson.Default.Submission) }, ClientJson.Default.Deviation, retry: true, ct);

    /// <summary>What a submission would become; stores nothing.</summary>
    /// <exception cref="AvvikProblemException">The same problem that a submission would give.</exception>
    public Task<ValidationAnswer> ValidateAsync(Submission submission, CancellationToken ct = default) =>
        SendAsync(() => new(HttpMethod.Post, "api/v1/deviations/validate") { Content = JsonContent.Create(submission, ClientJson.Default.Submission) }, ClientJson.Default.ValidationAnswer, retry: true, ct);

    /// <summary>A deviation of the caller's party.</summary>
    /// <exception cref="AvvikProblemException">404 also for what the caller may not know of.</exception>
    public Task<Deviation> GetDeviationAsync(Guid id, CancellationToken ct = default) => GetAsync($"api/v1/deviations/{id}", ClientJson.Default.Deviation, ct);

    /// <summary>Deviations of the caller's party, newest first; <paramref name="query"/> as in <c>status=closed&amp;cursor=…</c>.</summary>
    public Task<Page<Deviation>> ListDeviationsAsync(string query = "", CancellationToken ct = default) => GetAsync($"api/v1/deviations?{query}", ClientJson.Default.PageDeviation, ct);

    /// <summary>Takes a deviation back.</summary>
    /// <exception cref="AvvikProblemException">409 when it has been given to a unit.</exception>
    public Task<Deviation> WithdrawAsync(Guid id, string reason, CancellationToken ct = default) => SendAsync(
        () => new(HttpMethod.Post, $"api/v1/deviations/{id}/withdraw") { Content = JsonContent.Create(new WithdrawDeviation { Reason = reason }, ClientJson.Default.WithdrawDeviation) }, ClientJson.Default.Deviation, retry: false, ct);

    /// <summary>Opens the patient's envelope, for a purpose; it is logged.</summary>
    /// <exception cref="AvvikProblemException">404 for those who may not, and where there is none; 410 when it has been erased.</exception>
    public Task<Patient> OpenEnvelopeAsync(Guid id, string purpose, CancellationToken ct = default) => SendAsync(
        () => new(HttpMethod.Post, $"api/v1/deviations/{id}/patient/open") { Content = JsonContent.Create(new OpenEnvelope { Purpose = purpose }, ClientJson.Default.OpenEnvelope) }, ClientJson.Default.Patient, retry: false, ct);

    /// <summary>The access log of a service (<c>reporting</c>, <c>triage</c>, <c>routing</c>, <c>statistics</c>), for auditors; <paramref name="query"/> as in <c>deviation=…&amp;from=2026-08-01</c>.</summary>
    public Task<Page<AccessLogEntry>> ListAccessLogAsync(string service, string query = "", CancellationToken ct = default) => GetAsync($"api/v1/access-log/{service}?{query}", ClientJson.Default.PageAccessLogEntry, ct);

    /// <summary>Whether a service's access log is as it was written.</summary>
    public Task<AccessLogVerification> VerifyAccessLogAsync(string service, CancellationToken ct = default) => GetAsync($"api/v1/access-log/{service}/verification", ClientJson.Default.AccessLogVerification, ct);

    /// <summary>What waits for the caller as coordinator, oldest first.</summary>
    public Task<Page<TriageItem>> ListTriageAsync(string query = "", CancellationToken ct = default) => GetAsync($"api/v1/triage?{query}", ClientJson.Default.PageTriageItem, ct);

    /// <summary>Decides what waits in triage.</summary>
    public Task<TriageOutcome> DecideAsync(Guid id, TriageDecision decision, CancellationToken ct = default) => SendAsync(
        () => new(HttpMethod.Post, $"api/v1/triage/{id}/decision") { Content = JsonContent.Create(decision, ClientJson.Default.TriageDecision) }, ClientJson.Default.TriageOutcome, retry: false, ct);

    /// <summary>The worklist; <paramref name="query"/> as in <c>unit=si-tynset&amp;overdue=true</c>.</summary>
    public Task<Page<CaseRow>> ListCasesAsync(string query = "", CancellationToken ct = default) => GetAsync($"api/v1/cases?{query}", ClientJson.Default.PageCaseRow, ct);

    /// <summary>A case the caller's party is part of.</summary>
    public Task<CaseDetails> GetCaseAsync(Guid id, CancellationToken ct = default) => GetAsync($"api/v1/cases/{id}", ClientJson.Default.CaseDetails, ct);

    /// <summary>Acts on a case as it was when it had <paramref name="version"/>.</summary>
    /// <exception cref="AvvikProblemException">409 when the case's state or the caller's role does not allow it, 412 when the case has changed.</exception>
    public Task<CaseDetails> ActAsync(Guid id, int version, string action, CaseAction? body = null, CancellationToken ct = default) => SendAsync(
        () => AsOf(version, new HttpRequestMessage(HttpMethod.Post, $"api/v1/cases/{id}/{action}") { Content = JsonContent.Create(body ?? new(), ClientJson.Default.CaseAction) }), ClientJson.Default.CaseDetails, retry: false, ct);

    /// <summary>Changes a measure of a case as it was when it had <paramref name="version"/>.</summary>
    /// <exception cref="AvvikProblemException">409 when the measure's state or the caller's unit does not allow it, 412 when the case has changed.</exception>
    public Task<CaseDetails> ChangeMeasureAsync(Guid id, int version, Guid measureId, MeasureChange change, CancellationToken ct = default) => SendAsync(
        () => AsOf(version, new HttpRequestMessage(HttpMethod.Post, $"api/v1/cases/{id}/measures/{measureId}") { Content = JsonContent.Create(change, ClientJson.Default.MeasureChange) }), ClientJson.Default.CaseDetails, retry: false, ct);

    /// <summary>Measures of the caller's party by due date; <paramref name="query"/> as in <c>unit=si-tynset&amp;overdue=true</c>.</summary>
    public Task<Page<MeasureRow>> ListMeasuresAsync(string query = "", CancellationToken ct = default) => GetAsync($"api/v1/measures?{query}", ClientJson.Default.PageMeasureRow, ct);

    /// <summary>Closed cases of the caller's party and lessons of its community that are like a case.</summary>
    public Task<SimilarCases> ListSimilarAsync(Guid id, CancellationToken ct = default) => GetAsync($"api/v1/cases/{id}/similar", ClientJson.Default.SimilarCases, ct);

    /// <summary>Proposes what is to be learnt from a closed case.</summary>
    /// <exception cref="AvvikProblemException">409 when the case is not closed or has a lesson.</exception>
    public Task<Lesson> ProposeLessonAsync(Guid caseId, LessonDraft lesson, CancellationToken ct = default) => SendAsync(
        () => new(HttpMethod.Post, $"api/v1/cases/{caseId}/lesson") { Content = JsonContent.Create(lesson, ClientJson.Default.LessonDraft) }, ClientJson.Default.Lesson, retry: false, ct);

    /// <summary>Other words for a proposed lesson as it was when it had <paramref name="version"/>; the other party's approval is withdrawn.</summary>
    /// <exception cref="AvvikProblemException">409 when it is approved, 412 when it has changed.</exception>
    public Task<Lesson> ChangeLessonAsync(Guid id, int version, LessonDraft lesson, CancellationToken ct = default) => SendAsync(
        () => AsOf(version, new HttpRequestMessage(HttpMethod.Put, $"api/v1/lessons/{id}") { Content = JsonContent.Create(lesson, ClientJson.Default.LessonDraft) }), ClientJson.Default.Lesson, retry: false, ct);

    /// <summary>Approves a lesson, as it was when it had <paramref name="version"/>, on behalf of the caller's party.</summary>
    /// <exception cref="AvvikProblemException">409 when the case has been reopened, 412 when the lesson has changed.</exception>
    public Task<Lesson> ApproveLessonAsync(Guid id, int version, CancellationToken ct = default) => SendAsync(
        () => AsOf(version, new HttpRequestMessage(HttpMethod.Post, $"api/v1/lessons/{id}/approve")), ClientJson.Default.Lesson, retry: false, ct);

    /// <summary>A lesson.</summary>
    public Task<Lesson> GetLessonAsync(Guid id, CancellationToken ct = default) => GetAsync($"api/v1/lessons/{id}", ClientJson.Default.Lesson, ct);

    /// <summary>The lesson library, newest first; <paramref name="query"/> as in <c>q=epikrise&amp;patientGroup=frailElderly</c>.</summary>
    public Task<Page<Lesson>> ListLessonsAsync(string query = "", CancellationToken ct = default) => GetAsync($"api/v1/lessons?{query}", ClientJson.Default.PageLesson, ct);

    /// <summary>What has changed for the caller's party after a cursor, waiting up to <paramref name="wait"/> seconds for something to.</summary>
    public Task<Changes> ListChangesAsync(string? after = null, int wait = 0, int limit = 200, CancellationToken ct = default) =>
        GetAsync($"api/v1/changes?wait={wait}&limit={limit}{(after is null ? "" : $"&after={Uri.EscapeDataString(after)}")}", ClientJson.Default.Changes, ct);

    /// <summary>What the reporter writes: the answer to a question, or the one follow-up to an answer.</summary>
    public Task<Deviation> WriteMessageAsync(Guid id, string text, CancellationToken ct = default) => SendAsync(
        () => new(HttpMethod.Post, $"api/v1/deviations/{id}/messages") { Content = JsonContent.Create(new ReporterMessage { Text = text }, ClientJson.Default.ReporterMessage) }, ClientJson.Default.Deviation, retry: false, ct);

    /// <summary>Communities, parties, units, agreements.</summary>
    public Task<Directory> GetDirectoryAsync(CancellationToken ct = default) => GetAsync("api/v1/directory", ClientJson.Default.Directory, ct);

    /// <summary>Adds, renames or closes a unit.</summary>
    public Task<DirectoryUnit> ChangeUnitAsync(string code, DirectoryUnitChange change, CancellationToken ct = default) =>
        SendAsync(() => new(HttpMethod.Put, $"api/v1/directory/units/{code}") { Content = JsonContent.Create(change, ClientJson.Default.DirectoryUnitChange) }, ClientJson.Default.DirectoryUnit, retry: false, ct);

    /// <summary>Roles given at the caller's party, newest first; <paramref name="query"/> as in <c>active=true&amp;role=handler</c>.</summary>
    public Task<Page<Assignment>> ListAssignmentsAsync(string query = "", CancellationToken ct = default) => GetAsync($"api/v1/assignments?{query}", ClientJson.Default.PageAssignment, ct);

    /// <summary>Gives somebody a role.</summary>
    public Task<Assignment> AssignAsync(NewAssignment assignment, CancellationToken ct = default) =>
        SendAsync(() => new(HttpMethod.Post, "api/v1/assignments") { Content = JsonContent.Create(assignment, ClientJson.Default.NewAssignment) }, ClientJson.Default.Assignment, retry: false, ct);

    /// <summary>Ends an assignment.</summary>
    /// <exception cref="AvvikProblemException">409 when it is over.</exception>
    public Task<Assignment> EndAssignmentAsync(Guid id, EndAssignment end, CancellationToken ct = default) =>
        SendAsync(() => new(HttpMethod.Post, $"api/v1/assignments/{id}/end") { Content = JsonContent.Create(end, ClientJson.Default.EndAssignment) }, ClientJson.Default.Assignment, retry: false, ct);

    /// <summary>The routing rules of the caller's party.</summary>
    public Task<RoutingRuleSet> GetRoutingRulesAsync(int? version = null, CancellationToken ct = default) => GetAsync($"api/v1/routing-rules{(version is null ? "" : $"?version={version}")}", ClientJson.Default.RoutingRuleSet, ct);

    /// <summary>Replaces the routing rules of the caller's party.</summary>
    public Task<RoutingRuleSet> SetRoutingRulesAsync(RoutingRuleChange change, CancellationToken ct = default) =>
        SendAsync(() => new(HttpMethod.Put, "api/v1/routing-rules") { Content = JsonContent.Create(change, ClientJson.Default.RoutingRuleChange) }, ClientJson.Default.RoutingRuleSet, retry: false, ct);

    /// <summary>Where the party's last cases would have gone by other rules.</summary>
    public Task<SimulatedRouting> SimulateRoutingRulesAsync(RoutingRuleSimulation simulation, CancellationToken ct = default) =>
        SendAsync(() => new(HttpMethod.Post, "api/v1/routing-rules/simulate") { Content = JsonContent.Create(simulation, ClientJson.Default.RoutingRuleSimulation) }, ClientJson.Default.SimulatedRouting, retry: true, ct);

    /// <summary>Figures; <paramref name="query"/> as in <c>by=category,direction&amp;from=2026-07-01&amp;to=2026-09-30</c>.</summary>
    public Task<StatisticsAnswer> GetStatisticsAsync(string query = "", CancellationToken ct = default) => GetAsync($"api/v1/statistics?{query}", StatisticsJson.Default.StatisticsAnswer, ct);

    /// <summary>A report; <paramref name="path"/> as in <c>2026-Q3?version=1</c>, <c>2026</c>, <c>regions/hamarregionen/2026</c>, <c>patient-groups/maternity/2026</c>, <c>agreements/innlandet-2024</c>.</summary>
    /// <exception cref="AvvikProblemException">404 also for what is not frozen yet.</exception>
    public Task<Report> GetReportAsync(string community, string path, CancellationToken ct = default) => GetAsync($"api/v1/reports/{community}/{path}", ReportJson.Default.Report, ct);

    /// <summary>The same as a file, byte for byte; <paramref name="path"/> as in <c>2026-Q3.json</c>, <c>2026-Q3.csv</c>, <c>2026.xlsx</c>, <c>regions/hamarregionen/2026.pdf</c>.</summary>
    public async Task<byte[]> DownloadReportAsync(string community, string path, CancellationToken ct = default)
    {
        using var response = await AskAsync(() => new(HttpMethod.Get, $"api/v1/reports/{community}/{path}"), retry: true, ct);
        return await response.Content.ReadAsByteArrayAsync(ct);
    }

    /// <summary>The frozen versions of a quarter, newest first.</summary>
    public Task<ReportVersions> ListReportVersionsAsync(string community, string quarter, CancellationToken ct = default) => GetAsync($"api/v1/reports/{community}/{quarter}/versions", ReportJson.Default.ReportVersions, ct);

    /// <summary>What differs between two frozen versions of a quarter.</summary>
    public Task<ReportDiff> GetReportDiffAsync(string community, string quarter, int from, int to, CancellationToken ct = default) =>
        GetAsync($"api/v1/reports/{community}/{quarter}/diff?from={from}&to={to}", ReportJson.Default.ReportDiff, ct);

    /// <summary>Freezes a quarter; again only with a reason.</summary>
    /// <exception cref="AvvikProblemException">409 when it is not over, or somebody else froze it meanwhile.</exception>
    public Task<ReportVersion> FreezeReportAsync(string community, string quarter, string? reason = null, CancellationToken ct = default) => SendAsync(
        () => new(HttpMethod.Post, $"api/v1/reports/{community}/{quarter}/freeze") { Content = JsonContent.Create(new FreezeReport { Reason = reason }, ReportJson.Default.FreezeReport) }, ReportJson.Default.ReportVersion, retry: false, ct);

    /// <summary>Series that left their control limits, newest first; <paramref name="query"/> as in <c>state=new</c>.</summary>
    public Task<Page<SignalItem>> ListSignalsAsync(string query = "", CancellationToken ct = default) => GetAsync($"api/v1/signals?{query}", SignalJson.Default.PageSignalItem, ct);

    /// <summary>Says that a signal was looked at, or what explains it.</summary>
    public Task<SignalItem> ChangeSignalAsync(Guid id, ChangeSignal change, CancellationToken ct = default) => SendAsync(
        () => new(HttpMethod.Post, $"api/v1/signals/{id}") { Content = JsonContent.Create(change, SignalJson.Default.ChangeSignal) }, SignalJson.Default.SignalItem, retry: false, ct);

    private Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken ct) => SendAsync(() => new(HttpMethod.Get, path), type, retry: true, ct);

    private static HttpRequestMessage AsOf(int version, HttpRequestMessage request)
    {
        request.Headers.IfMatch.Add(new EntityTagHeaderValue($"\"{version}\""));
        return request;
    }

    private async Task<T> SendAsync<T>(Func<HttpRequestMessage> request, JsonTypeInfo<T> type, bool retry, CancellationToken ct)
    {
        using var response = await AskAsync(request, retry, ct);
        return (await response.Content.ReadFromJsonAsync(type, ct))!;
    }

    private async Task<HttpResponseMessage> AskAsync(Func<HttpRequestMessage> request, bool retry, CancellationToken ct)
    {
        async ValueTask<HttpResponseMessage> Once(CancellationToken token)
        {
            using var message = request();
            return await http.SendAsync(message, token);
        }
        var response = retry ? await Retries.ExecuteAsync(Once, ct) : await Once(ct);
        if (response.IsSuccessStatusCode) return response;
        using var refused = response;
        var problem = response.Content.Headers.ContentType?.MediaType == "application/problem+json" ? await response.Content.ReadFromJsonAsync<JsonElement>(ct) : default;
        throw new AvvikProblemException(response.StatusCode, problem);
    }
}
