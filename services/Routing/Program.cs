using Avvik.AccessLog;
using Avvik.Contracts.Reporting;
using Avvik.Contracts.Triage;
using Avvik.Hosting;
using Avvik.Hosting.Json;
using Avvik.CareDirectories;
using Avvik.Fhir;
using Avvik.Messaging.Operations;
using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Messaging;
using Avvik.Routing.AddPatients;
using Avvik.Routing.Access;
using Avvik.Routing.AssignRoles;
using Avvik.Routing.CaseHandling;
using Avvik.Routing.Cases;
using Avvik.Routing.EditDirectory;
using Avvik.Routing.Fhir;
using Avvik.Routing.HandleCase;
using Avvik.Routing.ImportDirectory;
using Avvik.Routing.Lessons;
using Avvik.Routing.Measures;
using Avvik.Routing.MergeCase;
using Avvik.Routing.MoveCases;
using Avvik.Routing.OpenCase;
using Avvik.Routing.Persistence;
using Avvik.Routing.ReadCase;
using Avvik.Routing.RedactTexts;
using Avvik.Routing.ReopenCase;
using Avvik.Routing.ReporterMessages;
using Avvik.Routing.Search;
using Avvik.Routing.SetRoutingRules;
using Avvik.Routing.SimilarCases;
using Avvik.Routing.WatchDeadlines;
using Avvik.Routing.WithdrawCase;
using Avvik.Routing.Worklist;
using Microsoft.EntityFrameworkCore;

var builder = WebApplication.CreateBuilder(args);
builder.AddAvvikHosting("routing");
builder.AddServiceAuthentication("routing");
builder.AddTextProtection();
builder.AddDatabase<RoutingDbContext>(
    configure: (services, options) => options.UseSealedColumns(services.GetRequiredService<TextProtector>()));
builder.AddTextResealing<RoutingDbContext>((typeof(EarlyWithdrawal), nameof(EarlyWithdrawal.Reason)));
builder.AddCareDirectory<RoutingDbContext>();
builder.Services.AddSingleton<CurrentRules>();
builder.Services.AddSingleton<CaseAccess>();
builder.Services.AddSingleton<WordTokens>();
builder.Services.AddSingleton<CaseIndex>();
builder.Services.AddSingleton<LessonIndex>();
builder.Services.AddHostedService<IndexBackfill>();
builder.Services.AddHostedService<RulesRefresh>();
builder.AddAccessLog<RoutingDbContext>("routing");
builder.AddMessaging<RoutingDbContext>("routing", events => events
    .KeepAccessLogAnchors()
    .Handle<DeviationTriaged, DeviationTriagedHandler>()
    .Handle<DeviationWithdrawn, DeviationWithdrawnHandler>()
    .Handle<DeviationMerged, DeviationMergedHandler>()
    .Handle<ReopenedCaseChanged, ReopenedCaseChangedHandler>()
    .Handle<ReporterAnswered, ReporterAnsweredHandler>()
    .Handle<PatientsAdded, PatientsAddedHandler>()
    .Handle<TextRedacted, TextRedactedHandler>(),
    (db, id, ct) => db.Cases.Where(c => c.Id == id).Select(c => new[] { c.ReporterOrganization, c.RespondentOrganization }).FirstOrDefaultAsync(ct));
builder.Services.AddHostedService<DeadlineWatch>();
builder.Services.AddHostedService<ClosedUnitWatch>();
builder.Services.AddHostedService<DirectoryRepublisher>();

var app = builder.Build();
app.UseAvvikDefaults();
app.UseServiceAuthentication();
app.MapOpenApi().AllowAnonymous();
var api = app.MapApi();
var cases = api.MapGroup("/api/v1/cases").RequireAuthorization(Policies.CaseParty).WithTags("Cases");
cases.MapWorklist();
cases.MapCaseCounts();
api.MapGroup("/api/v1/cases").RequireAuthorization(Policies.CaseReader).WithTags("Cases").MapReadCase();
cases.MapHandleCase();
cases.MapChangeMeasure();
cases.MapSimilar();
api.MapGroup("/api/v1/cases").RequireAuthorization(Policies.LessonEditor).WithTags("Lessons").MapProposeLesson();
api.MapGroup("/api/v1/lessons").RequireAuthorization(Policies.Lessons).WithTags("Lessons").MapLessons();
api.MapGroup("/api/v1/measures").RequireAuthorization(Policies.CaseParty).WithTags("Measures").MapMeasures();
api.MapGroup("/api/v1/directory").RequireAuthorization().WithTags("Directory").MapDirectory().MapImportDirectory();
api.MapGroup("/api/v1/assignments").RequireAuthorization().WithTags("Assignments").MapEffectiveRoles();
api.MapGroup("/api/v1/assignments").RequireAuthorization(Policies.DirectoryEditor).WithTags("Assignments").MapAssignments();
api.MapGroup("/api/v1/routing-rules").RequireAuthorization(Policies.Coordinator).WithTags("Routing rules").MapRoutingRules();
api.MapGroup("/ops/routing").RequireAuthorization(Policies.Admin).WithTags("Operations").LogAdministration<RoutingDbContext>()
    .MapParkedMessages<RoutingDbContext>()
    .MapReplay<RoutingDbContext, Case>("ReplayCases", db => db.Cases.Include(c => c.Measures), (@case, now) => @case.Snapshot(now));
api.MapGroup("/api/v1/access-log/routing").RequireAuthorization(Policies.Auditor).WithTags("Access log").MapAccessLog<RoutingDbContext>("routing");
app.MapGroup("/internal/cases").RequireAuthorization(Policies.CaseParty).MapCaseHandling();
var fhir = app.MapFhir();
fhir.MapTasks();
fhir.MapProvenance();
await app.MigrateAsync<RoutingDbContext>();
await app.RunAsync();
