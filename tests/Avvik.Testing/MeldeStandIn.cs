using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Avvik.Testing;

/// <summary>
/// What melde.no's API (version 2) and HelseID would say: the names, limits and required members that are published of a serious event, a token of a client
/// with a key, bound by DPoP. What it does not know, it refuses.
/// </summary>
public sealed partial class MeldeStandIn : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _lost;
    private readonly Dictionary<string, (bool Required, int Longest, Regex? Pattern)> _members = new(StringComparer.Ordinal)
    {
        ["Header.ExternalCaseId"] = (true, 100, null),
        ["Header.ExternalMessageId"] = (false, 36, Uuid()),
        ["Header.Incident.IncidentDescription"] = (true, 30_000, null),
        ["Header.Incident.IncidentDate"] = (false, 10, Day()),
        ["Header.ReportAreas.SeriousIncident"] = (true, 5, null),
        ["Header.Patient.Nin"] = (false, 11, ElevenDigits()),
        ["Header.Reporter.Name"] = (false, 150, null),
        // Required of a serious event.
        ["Header.Reporter.Phone"] = (true, 50, null),
        ["Header.Reporter.Position"] = (true, 100, null),
        ["Header.Reporter.Role"] = (false, 13, Role()),
        ["Report.SeriousIncident.AdditionalInfo.SendToHtil"] = (false, 5, null),
        ["Report.SeriousIncident.AdditionalInfo.SendToUkom"] = (false, 5, null),
    };

    private MeldeStandIn()
    {
        foreach (var organization in new[] { "Header.Reporter.Organization", "Header.Reporter.IncidentOrganization" })
        {
            _members[$"{organization}.OrgNumber"] = (true, 9, NineDigits());
            _members[$"{organization}.Name"] = (false, 250, null);
            _members[$"{organization}.Municipality"] = (false, 64, null);
            _members[$"{organization}.Institution"] = (false, 250, null);
            _members[$"{organization}.Department"] = (false, 250, null);
            _members[$"{organization}.LocalReferenceNumber"] = (false, 100, null);
        }
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Urls.Add("http://127.0.0.1:0");
        _app.MapGet("/.well-known/openid-configuration",
            () => Results.Json(new { issuer = Address.ToString().TrimEnd('/'), token_endpoint = $"{Address}token" }));
        _app.MapPost("/token", async (HttpRequest request) =>
        {
            var form = await request.ReadFormAsync();
            return form["client_assertion"].Count == 1 && form["scope"] == "nhn:melde/report/send" && request.Headers.ContainsKey("DPoP")
                ? Results.Json(new { access_token = "melde-token", token_type = "DPoP", expires_in = 600 })
                : Results.Json(new { error = "invalid_client" }, statusCode: StatusCodes.Status400BadRequest);
        });
        _app.MapPost("/api/v2/report/validate-adverse-incident", (HttpRequest request) => AnswerAsync(request, isSent: false));
        _app.MapPost("/api/v2/report/adverse-incident", (HttpRequest request) => AnswerAsync(request, isSent: true));
    }

    public Uri Address => new(_app.Urls.First());
    public ConcurrentQueue<JsonObject> Received { get; } = [];
    /// <summary>How many more sendings get no receipt, though they have arrived.</summary>
    public int Lost { set => _lost = value; }

    public static async Task<MeldeStandIn> StartAsync()
    {
        var standIn = new MeldeStandIn();
        await standIn._app.StartAsync();
        return standIn;
    }

    /// <summary>Starts one, and tells the processes that are started after this of it.</summary>
    public static async Task<MeldeStandIn> StartForProcessesAsync(string folder)
    {
        var standIn = await StartAsync();
        var key = Path.Combine(folder, "melde.pem");
        using (var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256)) await File.WriteAllTextAsync(key, ecdsa.ExportPkcs8PrivateKeyPem());
        foreach (var (name, value) in new[] { ("Address", $"{standIn.Address}"), ("Issuer", $"{standIn.Address}"), ("ClientId", "avvik"),
            ("PrivateKeyFile", key) })
            Environment.SetEnvironmentVariable($"Melde__{name}", value);
        return standIn;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task<IResult> AnswerAsync(HttpRequest request, bool isSent)
    {
        if (request.Headers.Authorization != "DPoP melde-token" || !request.Headers.ContainsKey("DPoP")) return Results.Unauthorized();
        var report = (await JsonNode.ParseAsync(request.Body))!.AsObject();
        if (Wrong(report) is { Count: > 0 } wrong)
            return Results.Json(new { Status = 400, Feil = new { Message = string.Join("; ", wrong) } }, JsonSerializerOptions.Default,
                statusCode: StatusCodes.Status400BadRequest);
        if (!isSent) return Results.Json(new { Status = 200 });
        Received.Enqueue(report);
        if (Interlocked.Decrement(ref _lost) >= 0) return Results.StatusCode(StatusCodes.Status502BadGateway);
        return Results.Json(new
        {
            Status = 201,
            Id = 1,
            EksternSaksid = report["Header"]!["ExternalCaseId"],
            MeldingsId = report["Header"]!["ExternalMessageId"],
            Mottakere = new[] { "Statens helsetilsyn", "Ukom" },
            Referansenummer = "XYZ12",
        }, JsonSerializerOptions.Default, statusCode: StatusCodes.Status201Created);
    }

    private List<string> Wrong(JsonObject report)
    {
        var (wrong, seen) = (new List<string>(), new HashSet<string>(StringComparer.Ordinal));
        Walk(report, "");
        wrong.AddRange(_members.Where(m => m.Value.Required && !seen.Contains(m.Key)).Select(m => $"{m.Key} is required"));
        return wrong;

        void Walk(JsonObject of, string at)
        {
            foreach (var (name, value) in of)
            {
                var path = at.Length == 0 ? name : $"{at}.{name}";
                if (value is JsonObject inner) Walk(inner, path);
                else if (!_members.TryGetValue(path, out var rule)) wrong.Add($"{path} is unknown");
                else if (value?.ToString() is { Length: > 0 } text)
                {
                    seen.Add(path);
                    if (text.Length > rule.Longest || rule.Pattern?.IsMatch(text) == false) wrong.Add($"{path} is invalid");
                }
            }
        }
    }

    [GeneratedRegex("^[0-9]{11}$", RegexOptions.None, 1000)]
    private static partial Regex ElevenDigits();
    [GeneratedRegex("^[0-9]{9}$", RegexOptions.None, 1000)]
    private static partial Regex NineDigits();
    [GeneratedRegex("^[0-9]{4}-[0-9]{2}-[0-9]{2}$", RegexOptions.None, 1000)]
    private static partial Regex Day();
    [GeneratedRegex("^[0-9a-f-]{36}$", RegexOptions.None, 1000)]
    private static partial Regex Uuid();
    [GeneratedRegex("^(Manager|Treator|OtherEmployee|Other|PatientUser|NextOfKin|OtherRelative)$", RegexOptions.None, 1000)]
    private static partial Regex Role();
}
