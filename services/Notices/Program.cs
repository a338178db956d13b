using Avvik.AccessLog;
using Avvik.CareDirectories;
using Avvik.Contracts.Reporting;
using Avvik.Contracts.Routing;
using Avvik.Hosting;
using Avvik.Hosting.Json;
using Avvik.Messaging;
using Avvik.Messaging.Operations;
using Avvik.Notices.DeliverNotices;
using Avvik.Notices.Persistence;
using Avvik.Notices.ReadNotices;
using Avvik.Notices.RecordNotices;
using Avvik.Notices.SetNotices;
using Avvik.Storage;
using Avvik.TextProtection;

var builder = WebApplication.CreateBuilder(args);
builder.AddAvvikHosting("notices");
builder.AddServiceAuthentication("notices");
builder.AddTextProtection("NoteProtection");
builder.AddDatabase<NoticesDbContext>(
    configure: (services, options) => options.UseSealedColumns(services.GetRequiredService<TextProtector>()));
builder.AddCareDirectory<NoticesDbContext>();
builder.AddAccessLog<NoticesDbContext>("notices");
builder.AddMessaging<NoticesDbContext>("notices", events => events
    .KeepAccessLogAnchors()
    .Handle<CaseChanged, CaseChangedHandler>()
    .Handle<SubmitterRecorded, SubmitterRecordedHandler>()
    .Handle<DirectoryPublished, DirectoryPublishedHandler<NoticesDbContext>>()
    .Handle<RoleAssignmentChanged, RoleAssignmentChangedHandler<NoticesDbContext>>());
builder.Services.AddOptions<MailOptions>().BindConfiguration("Mail").ValidateDataAnnotations().ValidateOnStart();
builder.Services.AddOptions<ReturnedMailOptions>().BindConfiguration("ReturnedMail").ValidateDataAnnotations().ValidateOnStart();
builder.Services.AddOptions<SmsOptions>().BindConfiguration("Sms").ValidateDataAnnotations().ValidateOnStart();
builder.Services.AddSingleton<DeliverySchedule>();
builder.Services.AddSingleton<Mailer>();
builder.Services.AddHttpClient<SmsSender>(http => http.Timeout = TimeSpan.FromSeconds(30));
builder.Services.AddHostedService<DeliveryService>();
builder.Services.AddSingleton<ReturnedMailReader>();
builder.Services.AddHostedService(services => services.GetRequiredService<ReturnedMailReader>());
builder.Services.AddHealthChecks().AddCheck<ReturnedMailReader>("returned mail", tags: ["required"]);
builder.Services.AddHostedService<NoticeRetention>();

var app = builder.Build();
app.UseAvvikDefaults();
app.UseServiceAuthentication();
app.MapOpenApi().AllowAnonymous();
var api = app.MapApi();
api.MapGroup("/api/v1/notices").RequireAuthorization(Policies.CaseParty).WithTags("Notices").MapNotices();
api.MapGroup("/api/v1/notices/settings").RequireAuthorization(Policies.Person).WithTags("Notices").MapOwnSettings();
api.MapGroup("/api/v1/notices/units").RequireAuthorization(Policies.UnitSettings).WithTags("Notices")
    .LogAdministration<NoticesDbContext>().MapUnitSettings();
api.MapGroup("/ops/notices").RequireAuthorization(Policies.Admin).WithTags("Operations").LogAdministration<NoticesDbContext>()
    .MapParkedMessages<NoticesDbContext>();
api.MapGroup("/api/v1/access-log/notices").RequireAuthorization(Policies.Auditor).WithTags("Access log").MapAccessLog<NoticesDbContext>("notices");
await app.MigrateAsync<NoticesDbContext>();
await app.RunAsync();
