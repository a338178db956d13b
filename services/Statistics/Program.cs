using Avvik.Contracts.Routing;
using Avvik.Hosting;
using Avvik.Messaging;
using Avvik.Messaging.Operations;
using Avvik.Messaging.Storage;
using Avvik.Statistics.Facts;
using Avvik.Statistics.Figures;
using Avvik.Statistics.Persistence;

var builder = WebApplication.CreateBuilder(args);
builder.AddAvvikHosting("statistics");
builder.AddServiceAuthentication();
builder.AddDatabase<StatisticsDbContext>();
builder.AddMessaging<StatisticsDbContext>("statistics", events => events.Handle<CaseChanged, FactStore>());
builder.Services.AddSingleton<CountedFacts>();

var app = builder.Build();
app.UseAvvikDefaults();
app.UseAuthentication();
app.UseAuthorization();
app.MapOpenApi().AllowAnonymous();
app.MapGroup("/api/v1/statistics").RequireAuthorization(Policies.Statistics).WithTags("Statistics").MapFigures();
app.MapGroup("/ops/statistics").RequireAuthorization(Policies.Admin).WithTags("Operations").MapParkedMessages<StatisticsDbContext>();
await app.MigrateAsync<StatisticsDbContext>();
await app.RunAsync();
