using Avvik.AccessLog;
using Avvik.Contracts.Routing;
using Avvik.Hosting;
using Avvik.Hosting.Json;
using Avvik.Hosting.Lists;
using Avvik.Messaging;
using Avvik.CareDirectories;
using Avvik.Fhir;
using Avvik.Messaging.Operations;
using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Reporting.AddPatients;
using Avvik.Reporting.Attachments;
using Avvik.Reporting.ChangeFeed;
using Avvik.Reporting.Deviations;
using Avvik.Reporting.EraseEnvelopes;
using Avvik.Reporting.Fhir;
using Avvik.Reporting.ImportDeviations;
using Avvik.Reporting.LaunchReport;
using Avvik.Reporting.NationalReport;
using Avvik.Reporting.OpenEnvelope;
using Avvik.Reporting.OpenReporter;
using Avvik.Reporting.Persistence;
using Avvik.Reporting.ReadVocabulary;
using Avvik.Reporting.RedactTexts;
using Avvik.Reporting.ReportingActivity;
using Avvik.Reporting.ResealEnvelopes;
using Avvik.Reporting.SearchAccessLog;
using Avvik.Reporting.SubmitDeviation;
using Avvik.Reporting.TrackDeviation;
using Avvik.Reporting.Webhooks;
using Avvik.Reporting.WithdrawDeviation;
using Avvik.Reporting.WriteMessage;
using Microsoft.EntityFrameworkCore;

var builder = WebApplication.CreateBuilder(args);
builder.AddAvvikHosting("reporting");
builder.AddServiceAuthentication("reporting");
// Submissions wait up to two milliseconds for others to share a commit with: many times the throughput of one commit each.
builder.AddDatabase<ReportingDbContext>(linger: TimeSpan.FromMilliseconds(2));
builder.AddTextProtection();
builder.AddTextResealing<ReportingDbContext>((typeof(TimelineRecord), nameof(TimelineRecord.Text)),
    (typeof(DeviationRecord), nameof(DeviationRecord.Submission)), (typeof(ReporterMessageRecord), nameof(ReporterMessageRecord.Text)),
    (typeof(Redaction), nameof(Redaction.Reason)), (typeof(WebhookRecord), nameof(WebhookRecord.Settings)));
builder.AddCareDirectory<ReportingDbContext>();
builder.AddAccessLog<ReportingDbContext>("reporting");
builder.AddPatientEnvelopes();
builder.Services.AddSingleton<SubmissionRules>();
builder.Services.AddSingleton<ReferenceNumbers>();
builder.Services.AddSingleton<DeviationAccess>();
builder.Services.AddOptions<EnvelopeOptions>().BindConfiguration("Envelopes").ValidateDataAnnotations().ValidateOnStart();
builder.AddRoutingClient();
builder.Services.AddScoped<CurrentCase>();
builder.AddMeldeClient();
builder.AddMessaging<ReportingDbContext>("reporting", events => events
    .KeepAccessLogAnchors()
    .Handle<CaseChanged, CaseChangedHandler>()
    .Handle<ReporterInformed, ReporterInformedHandler>()
    .Handle<DirectoryPublished, DirectoryPublishedHandler<ReportingDbContext>>()
    .Handle<RoleAssignmentChanged, RoleAssignmentChangedHandler<ReportingDbContext>>(),
    (db, id, ct) => db.Deviations.Where(d => d.Id == id).Select(d => new[] { d.ReporterOrganization, d.RespondentOrganization }).FirstOrDefaultAsync(ct));
builder.Services.AddSingleton<NewestChange>();
builder.Services.AddSingleton(s => new PositionCursor(s.GetRequiredService<TextProtector>().PrintOf("change feed positions")));
builder.AddWebhooks();
builder.AddAttachments();
builder.Services.AddHostedService<EnvelopeEraser>();
builder.Services.AddHostedService<EnvelopeResealer>();
builder.Services.AddHostedService<OccurrenceBackfill>();

var app = builder.Build();
app.UseAvvikDefaults();
app.UseServiceAuthentication();
app.MapOpenApi().AllowAnonymous();
var api = app.MapApi();
var deviations = api.MapGroup("/api/v1/deviations").RequireAuthorization(Policies.Reporter).WithTags("Deviations");
deviations.MapSubmitDeviation();
deviations.MapImportDeviations();
deviations.MapLaunchReport();
deviations.MapTrackDeviation();
api.MapGroup("/api/v1/deviations").RequireAuthorization(Policies.CaseReader).WithTags("Deviations").MapReadDeviation();
deviations.MapWithdrawDeviation();
deviations.MapWriteMessage();
deviations.MapAddPatients();
deviations.MapOpenEnvelope();
deviations.MapAttachments();
deviations.MapOpenReporter();
deviations.MapNationalReport();
deviations.MapReportingActivity();
deviations.MapRedactText();
api.MapGroup("/api/v1/redactions").RequireAuthorization(Policies.Auditor).WithTags("Redactions").MapRedactions();
api.MapGroup("/api/v1/changes").RequireAuthorization(Policies.CaseParty).WithTags("Changes").MapChangeFeed();
api.MapGroup("/api/v1/vocabulary").AllowAnonymous().WithTags("Vocabulary").MapVocabulary();
api.MapGroup("/api/v1/webhooks").RequireAuthorization(Policies.Integration).WithTags("Webhooks").LogAdministration<ReportingDbContext>().MapWebhooks();
api.MapGroup("/ops/reporting").RequireAuthorization(Policies.Admin).WithTags("Operations").LogAdministration<ReportingDbContext>()
    .MapParkedMessages<ReportingDbContext>().MapRepublishRedactions();
api.MapGroup("/api/v1/access-log/reporting").RequireAuthorization(Policies.Auditor).WithTags("Access log")
    .MapAccessLog<ReportingDbContext>("reporting", SearchAccessLogEndpoints.DeviationsOf).MapSearchAccessLog();
var fhir = app.MapFhir();
fhir.MapAdverseEvents();
fhir.MapProvenance();
fhir.MapSubscriptions();
fhir.MapDefinitions();
await app.MigrateAsync<ReportingDbContext>();
await app.RunAsync();
