using Avvik.Gateway.Descriptions;
using Avvik.Gateway.Health;
using Avvik.Gateway.Limits;
using Avvik.Gateway.Tokens;
using Avvik.Hosting;

var builder = WebApplication.CreateBuilder(args);
builder.AddAvvikHosting("gateway");
builder.AddCallerAuthentication();
builder.AddLimits();
builder.Services.AddHealthChecks().AddCheck<ServicesHealthCheck>("services", tags: ["required"]);
builder.Services.AddHttpClient();
builder.Services.AddSingleton<Services>();
builder.Services.AddSingleton<ApiDescription>();
builder.Services.AddReverseProxy().LoadFromConfig(builder.Configuration.GetSection("ReverseProxy")).AddTokenExchange();

var app = builder.Build();
app.UseSecurityHeaders();
app.UseAvvikDefaults();
app.UseBodyLimit();
app.UseAuthentication();
app.UseRateLimiter();
app.UseAuthorization();
app.MapGet("/openapi/v1.json", (ApiDescription description, CancellationToken ct) => description.GetAsync(ct)).AllowAnonymous().DisableRateLimiting();
app.MapReverseProxy();
await app.RunAsync();
