using Avvik.AccessLog;
using Avvik.Contracts.Reporting;
using Avvik.Contracts.Routing;
using Avvik.Hosting;
using Avvik.Hosting.Json;
using Avvik.Messaging;
using Avvik.CareDirectories;
using Avvik.Messaging.Operations;
using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Triage.AddPatients;
using Avvik.Triage.AssessDeviation;
using Avvik.Triage.Assessments;
using Avvik.Triage.CorrectedFacts;
using Avvik.Triage.DecideTriage;
using Avvik.Triage.Persistence;
using Avvik.Triage.RedactTexts;
using Avvik.Triage.ReopenedCases;
using Avvik.Triage.ReporterMessages;
using Avvik.Triage.TriageQueue;
using Avvik.Triage.WatchDeadlines;
using Avvik.Triage.WithdrawDeviation;

var builder = WebApplication.CreateBuilder(args);
builder.AddAvvikHosting("triage");
builder.AddServiceAuthentication("triage");
builder.AddDatabase<TriageDbContext>();
builder.AddTextProtection();
builder.AddTextResealing<TriageDbContext>(
    (typeof(Assessment), nameof(Assessment.Narrative)), (typeof(Assessment), nameof(Assessment.ImmediateAction)),
    (typeof(Assessment), nameof(Assessment.SuggestedMeasure)), (typeof(Assessment), nameof(Assessment.ReporterProfession)),
    (typeof(Assessment), nameof(Assessment.MessageId)), (typeof(Assessment), nameof(Assessment.UnknownSite)),
    (typeof(Assessment), nameof(Assessment.Question)), (typeof(Assessment), nameof(Assessment.ReopenedBecause)),
    (typeof(ReporterMessageRecord), nameof(ReporterMessageRecord.Text)));
builder.AddCareDirectory<TriageDbContext>();
builder.AddAccessLog<TriageDbContext>("triage");
builder.AddMessaging<TriageDbContext>("triage", events => events
    .KeepAccessLogAnchors()
    .Handle<DeviationSubmitted, DeviationSubmittedHandler>()
    .Handle<DeviationWithdrawn, DeviationWithdrawnHandler>()
    .Handle<ReporterAnswered, ReporterAnsweredHandler>()
    .Handle<PatientsAdded, PatientsAddedHandler>()
    .Handle<TextRedacted, TextRedactedHandler>()
    .Handle<CaseReopened, CaseReopenedHandler>()
    .Handle<FactsCorrected, FactsCorrectedHandler>()
    .Handle<DirectoryPublished, DirectoryPublishedHandler<TriageDbContext>>()
    .Handle<RoleAssignmentChanged, RoleAssignmentChangedHandler<TriageDbContext>>(),
    async (db, id, ct) => await db.Assessments.FindAsync([id], ct) is { Facts: var facts } ? [facts.ReporterOrganization, facts.RespondentOrganization] : null);
builder.Services.AddHostedService<DeadlineWatch>();

var app = builder.Build();
app.UseAvvikDefaults();
app.UseServiceAuthentication();
app.MapOpenApi().AllowAnonymous();
var api = app.MapApi();
var triage = api.MapGroup("/api/v1/triage").RequireAuthorization(Policies.Coordinator).WithTags("Triage");
triage.MapTriageQueue();
triage.MapDecideTriage();
api.MapGroup("/ops/triage").RequireAuthorization(Policies.Admin).WithTags("Operations").LogAdministration<TriageDbContext>()
    .MapParkedMessages<TriageDbContext>()
    .MapReplay<TriageDbContext, Assessment>("ReplayDeviations", db => db.Assessments, (assessment, now) => assessment.Snapshot(now));
api.MapGroup("/api/v1/access-log/triage").RequireAuthorization(Policies.Auditor).WithTags("Access log").MapAccessLog<TriageDbContext>("triage");
await app.MigrateAsync<TriageDbContext>();
await app.RunAsync();
