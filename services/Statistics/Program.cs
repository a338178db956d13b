using Avvik.AccessLog;
using Avvik.Contracts.Routing;
using Avvik.Hosting;
using Avvik.Hosting.Json;
using Avvik.Messaging;
using Avvik.CareDirectories;
using Avvik.Messaging.Operations;
using Avvik.Messaging.Watermarks;
using Avvik.Storage;
using Avvik.Statistics.Facts;
using Avvik.Statistics.Figures;
using Avvik.Statistics.ImportHistory;
using Avvik.Statistics.NationalIndicators;
using Avvik.Statistics.Persistence;
using Avvik.Statistics.ProtectFigures;
using Avvik.Statistics.RebuildFacts;
using Avvik.Statistics.Reports;
using Avvik.Statistics.Signals;
using Avvik.TextProtection;

var builder = WebApplication.CreateBuilder(args);
builder.AddAvvikHosting("statistics");
builder.AddServiceAuthentication("statistics");
builder.AddTextProtection("NoteProtection");
builder.AddDatabase<StatisticsDbContext>(
    configure: (services, options) => options.UseSealedColumns(services.GetRequiredService<TextProtector>()));
builder.AddCareDirectory<StatisticsDbContext>();
builder.AddAccessLog<StatisticsDbContext>("statistics");
builder.AddMessaging<StatisticsDbContext>("statistics", events => events
    .KeepAccessLogAnchors()
    .Handle<CaseChanged, FactStore>()
    .Handle<CaseSnapshotPublished, FactStore>()
    .Handle<DirectoryPublished, DirectoryPublishedHandler<StatisticsDbContext>>()
    .Handle<RoleAssignmentChanged, RoleAssignmentChangedHandler<StatisticsDbContext>>());
builder.Services.AddSingleton<StringPools>();
builder.Services.AddOptions<FactOptions>().BindConfiguration("Facts").ValidateDataAnnotations().ValidateOnStart();
builder.Services.AddSingleton<FactMonths>();
builder.Services.AddSingleton<OwnFacts>();
builder.Services.AddHostedService<FactMonthUpdater>();
builder.Services.AddHealthChecks().AddCheck<CompletenessHealth<StatisticsDbContext>>("completeness", tags: ["required"]);
builder.Services.AddSingleton<ProtectedFacts>();
builder.AddQuestionLimit();
builder.Services.AddOptions<ReportOptions>().BindConfiguration("Reports").ValidateDataAnnotations().ValidateOnStart();
builder.Services.AddSingleton<Denominators>();
builder.Services.AddSingleton<Indicators>();
builder.Services.AddSingleton<QuarterReports>();
builder.Services.AddSingleton<MeetingReports>();
builder.Services.AddSingleton<PublishedReports>();
builder.Services.AddHostedService<QuarterFreezer>();
builder.Services.AddHostedService<SignalWatch>();

var app = builder.Build();
app.UseAvvikDefaults();
app.UseServiceAuthentication();
app.UseRateLimiter();
app.MapOpenApi().AllowAnonymous();
var api = app.MapApi();
api.MapGroup("/api/v1/statistics").RequireAuthorization(Policies.Statistics).RequireRateLimiting(Questions.Policy).WithTags("Statistics")
    .MapFigures().MapPatientInformation().MapIndicators();
api.MapGroup("/api/v1/statistics").WithTags("Statistics").LogAdministration<StatisticsDbContext>().MapHistory();
api.MapGroup("/api/v1/reports").RequireAuthorization(Policies.Statistics).RequireRateLimiting(Questions.Policy).WithTags("Reports")
    .LogAdministration<StatisticsDbContext>().MapReports();
api.MapGroup("/api/v1/signals").RequireAuthorization(Policies.Signals).WithTags("Signals").LogAdministration<StatisticsDbContext>().MapSignals();
api.MapGroup("/ops/statistics").RequireAuthorization(Policies.Admin).WithTags("Operations").LogAdministration<StatisticsDbContext>()
    .MapParkedMessages<StatisticsDbContext>().MapRebuildFacts();
api.MapGroup("/api/v1/access-log/statistics").RequireAuthorization(Policies.Auditor).WithTags("Access log").MapAccessLog<StatisticsDbContext>("statistics");
// Read now, so that a file with a fault stops the start.
_ = app.Services.GetRequiredService<Denominators>();
_ = app.Services.GetRequiredService<Indicators>();
await app.MigrateAsync<StatisticsDbContext>();
await app.RunAsync();
