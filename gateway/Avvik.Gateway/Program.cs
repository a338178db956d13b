using Avvik.Gateway.Descriptions;
using Avvik.Gateway.Edge;
using Avvik.Gateway.Health;
using Avvik.Gateway.Tokens;
using Avvik.Gateway.Tokens.Proofs;
using Avvik.Hosting;

var builder = WebApplication.CreateBuilder(args);
builder.AddAvvikHosting("gateway");
builder.AddCallerAuthentication();
builder.AddUnambiguousRequests();
builder.AddTraceContextCheck();
builder.AddLimits();
builder.Services.AddHealthChecks().AddCheck<ServicesHealthCheck>("services", tags: ["required"]);
builder.Services.AddHttpClient();
builder.Services.AddSingleton<Services>();
builder.Services.AddSingleton<ApiDescription>();
builder.Services.AddReverseProxy()
    .LoadFromConfig(builder.Configuration.GetSection("ReverseProxy"))
    .AddWorkbench(builder.Configuration)
    .AddForwarding();

var app = builder.Build();
// Fails at start, not at the first request, when the signing key is missing.
app.Services.GetRequiredService<TokenExchange>();
app.UseSecurityHeaders();
app.UseUnambiguousRequests();
app.UsePathCheck();
app.UseAvvikDefaults();
app.UseBodyLimit();
app.UseRequestTimeouts();
app.UseAuthentication();
app.UseRateLimiter();
app.UseAuthorization();
app.MapGet("/openapi/v1.json", (ApiDescription description, CancellationToken ct) => description.GetAsync(ct)).AllowAnonymous().DisableRateLimiting();
app.MapApiReference();
app.MapSecurityContact();
app.UseMaintenancePage();
app.MapReverseProxy();
if (app.Services.GetService<UsedProofs>() is { } proofs) await proofs.CreateAsync();
await app.RunAsync();
