using Avvik.Contracts.Routing;
using Avvik.Hosting;
using Avvik.Messaging;
using Avvik.Messaging.Operations;
using Avvik.Messaging.Storage;
using Avvik.Messaging.TextProtection;
using Avvik.Reporting.ChangeFeed;
using Avvik.Reporting.EraseEnvelopes;
using Avvik.Reporting.Persistence;
using Avvik.Reporting.SubmitDeviation;
using Avvik.Reporting.TrackDeviation;
using Avvik.Reporting.WithdrawDeviation;
using Avvik.Reporting.WriteMessage;

var builder = WebApplication.CreateBuilder(args);
builder.AddAvvikHosting("reporting");
builder.AddServiceAuthentication();
// Two milliseconds of a clinician's wait buy a commit shared by all who wait.
builder.AddDatabase<ReportingDbContext>(linger: TimeSpan.FromMilliseconds(2));
builder.AddTextProtection();
builder.AddPatientEnvelopes();
builder.AddMessaging<ReportingDbContext>("reporting", events => events
    .Handle<CaseChanged, CaseChangedHandler>()
    .Handle<ReporterInformed, ReporterInformedHandler>());
builder.Services.AddSingleton<NewestChange>();
builder.Services.AddHostedService<EnvelopeEraser>();

var app = builder.Build();
app.UseAvvikDefaults();
app.UseAuthentication();
app.UseAuthorization();
app.MapOpenApi().AllowAnonymous();
var deviations = app.MapGroup("/api/v1/deviations").RequireAuthorization(Policies.Reporter).WithTags("Deviations");
deviations.MapSubmitDeviation();
deviations.MapTrackDeviation();
deviations.MapWithdrawDeviation();
deviations.MapWriteMessage();
app.MapGroup("/api/v1/changes").RequireAuthorization(Policies.CaseParty).WithTags("Changes").MapChangeFeed();
app.MapGroup("/ops/reporting").RequireAuthorization(Policies.Admin).WithTags("Operations").MapParkedMessages<ReportingDbContext>();
await app.MigrateAsync<ReportingDbContext>();
await app.RunAsync();
