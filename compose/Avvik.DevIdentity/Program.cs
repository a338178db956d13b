using System.Text.Encodings.Web;
using System.Text.Json.Serialization;
using Avvik.DevIdentity;
using Avvik.DevIdentity.OAuth;

switch (args)
{
    case ["keys", var directory, .. var services]:
        KeyFiles.CreateAll(directory, services);
        return 0;
    case ["personas"]:
        Personas.Print(Console.Out);
        return 0;
}

var builder = WebApplication.CreateBuilder(args);
if (!builder.Environment.IsDevelopment())
    return Refuse($"it gives a token to whoever asks, so it runs in Development only; {builder.Environment.EnvironmentName} needs a real issuer.");
if (builder.Configuration["Issuer"] is not { Length: > 0 } url || builder.Configuration["SigningKeyFile"] is not { Length: > 0 } keyFile)
    return Refuse("Issuer (its own public URL) and SigningKeyFile must be set.");

builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
builder.Services.AddHealthChecks();
builder.Services.ConfigureHttpJsonOptions(json =>
{
    json.SerializerOptions.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
    // OAuth clients treat a null member as an invalid response.
    json.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
});
var app = builder.Build();
var issuer = new TokenIssuer(url, keyFile);

app.MapHealthChecks("/health/live");
app.MapHealthChecks("/health/ready");
app.MapGet("/.well-known/openid-configuration", () => issuer.Discovery);
app.MapGet("/.well-known/openid-configuration/jwks", () => issuer.KeySet);
var clients = new Clients(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(keyFile))!, "identity-clients.json"));
if (app.Configuration["Workbench:KeyFile"] is { Length: > 0 } workbenchKey && app.Configuration["Workbench:PublicUrl"] is { Length: > 0 } workbenchUrl)
    clients.Add(WorkbenchClient.Create(workbenchKey, workbenchUrl));
app.MapOAuth(issuer, clients);
app.MapGet("/personas", () => Personas.All.Select(p => new { persona = p.Subject, p.Name, organization = p.OrganizationParent, p.Roles, p.Unit, p.ClientId }));
// Not in HelseID: issues a bearer token without authentication, so that a first call takes one line.
app.MapPost("/token", async (HttpRequest http) =>
{
    if (!http.HasFormContentType)
        return Invalid("invalid_request", "Send a form: application/x-www-form-urlencoded.");
    var (request, refusal) = TokenRequest.Read(await http.ReadFormAsync(http.HttpContext.RequestAborted));
    if (request is null)
        return Invalid("invalid_request", refusal!);

    var now = TimeProvider.System.GetUtcNow();
    http.HttpContext.Response.Headers.CacheControl = "no-store";
    return Results.Ok(new
    {
        access_token = issuer.Issue(request.Identity, request.Scopes, request.Lifetime, now),
        token_type = "Bearer",
        expires_in = (int)request.Lifetime.TotalSeconds,
    });
});

await app.RunAsync();
return 0;

static int Refuse(string why)
{
    Console.Error.WriteLine($"Avvik.DevIdentity does not start: {why}");
    return 1;
}

static IResult Invalid(string error, string why) => Results.BadRequest(new { error, error_description = why });
