using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Avvik.Contracts;

namespace Avvik.Testing;

/// <summary>What a caller may not know of does not exist for it, whatever it asks and in whatever role.</summary>
public static partial class OtherParties
{
    private static readonly string[] s_roles = [.. Vocabulary.Roles.Keys, Roles.Client];

    /// <summary>
    /// Asks every operation of the service's OpenAPI document in every role of a party: about what is there it must be answered just as about what is not, and
    /// no list, search or count may tell of it.
    /// </summary>
    /// <param name="service">Whose operations.</param>
    /// <param name="organization">The party that has no part in it.</param>
    /// <param name="id">What it may not know of.</param>
    /// <param name="words">Words that would give it away.</param>
    /// <returns>How many questions were asked, and what the answers gave away.</returns>
    public static Task<(int Asked, IReadOnlyList<string> Learnt)> LearnAsync<TProgram>(ServiceUnderTest<TProgram> service, string organization, Guid id,
        params string[] words) where TProgram : class =>
        LearnAsync(service, s_roles.Select(role => (role, service.As(organization, role))), id, words);

    /// <summary>As the other, for people of a unit that has no part in it, in the roles that belong to a unit.</summary>
    public static Task<(int Asked, IReadOnlyList<string> Learnt)> LearnAsUnitAsync<TProgram>(ServiceUnderTest<TProgram> service, string organization,
        string unit, Guid id, params string[] words) where TProgram : class =>
        LearnAsync(service, new[] { Roles.Reporter, Roles.Handler, Roles.UnitLeader }
            .Select(role => (role, service.As(organization, role, unit, subject: "of-another-unit"))), id, words);

    private static async Task<(int Asked, IReadOnlyList<string> Learnt)> LearnAsync<TProgram>(ServiceUnderTest<TProgram> service,
        IEnumerable<(string Role, HttpClient Caller)> callers, Guid id, string[] words) where TProgram : class
    {
        using var nobody = service.CreateClient();
        var operations = JsonElement.Parse(await nobody.GetByteArrayAsync("/openapi/v1.json")).GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(method => (Method: method.Name.ToUpperInvariant(), Path: path.Name))).ToList();
        var (asked, learnt) = (0, new List<string>());
        foreach (var (role, caller) in callers)
        {
            using var _ = caller;
            foreach (var (method, path) in operations)
            {
                var (status, body) = await AskAsync(caller, method, path, id);
                // The log of what the caller itself has asked for holds the id it asked with.
                foreach (var word in path.StartsWith("/api/v1/access-log", StringComparison.Ordinal) ? words : [.. words, id.ToString()])
                    if (body.Contains(word, StringComparison.OrdinalIgnoreCase)) learnt.Add($"{role}: {method} {path} tells of {word}: {body}");
                if (path.Contains("{id}", StringComparison.Ordinal))
                {
                    if ((int)status is < 400 or >= 500) learnt.Add($"{role}: {method} {path} answered {(int)status}");
                    if (await AskAsync(caller, method, path, Guid.CreateVersion7()) != (status, body))
                        learnt.Add($"{role}: {method} {path} answers otherwise about what is not there: {body}");
                }
                asked++;
            }
        }
        return (asked, learnt);
    }

    private static async Task<(HttpStatusCode Status, string Body)> AskAsync(HttpClient caller, string method, string path, Guid id)
    {
        // Each body is complete enough for most operations to get as far as to whose it is.
        using var request = new HttpRequestMessage(new HttpMethod(method), path.Replace("{id}", id.ToString(), StringComparison.Ordinal).Replace("{measureId}",
            id.ToString(), StringComparison.Ordinal).Replace("{code}", "no-such-unit", StringComparison.Ordinal));
        if (method != "GET") request.Content = new StringContent(Body(path[(path.LastIndexOf('/') + 1)..]), Encoding.UTF8, "application/json");
        request.Headers.TryAddWithoutValidation("If-Match", "\"1\"");
        using var response = await caller.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        // Each answer has a trace of its own.
        return (response.StatusCode, TraceId().Replace(text, ""));
    }

    [GeneratedRegex("\"traceId\":\"[^\"]*\"", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TraceId();

    private static string Body(string action) => action switch
    {
        "withdraw" or "return" or "transfer" or "dispute" or "escalate" or "reopen" or "reclassify" or "enter-in-error" or "unlink" or "requeue" or "discard" =>
            """{"reason":"Prøver."}""",
        "merge" or "link" => """{"otherCase":"0198b1f2-7a3c-7d4e-8f5a-6b7c8d9e0f3c","reason":"Prøver."}""",
        "record-letter" => """{"sentOn":"2026-08-20","channel":"post"}""",
        "thank" => """{"text":"Takk."}""",
        "hand-over" => """{"organization":"864948502","reason":"Prøver."}""",
        "reject" => """{"reasonCode":"wrongParty","reason":"Prøver."}""",
        "record-patient-information" => """{"patientInformation":{"informed":"notApplicable"}}""",
        "messages" => """{"text":"Prøver."}""",
        "open" => """{"purpose":"handleCase"}""",
        "ask" => """{"question":"Hva?"}""",
        "decision" => """{"decision":"route","identityCleared":true}""",
        "{measureId}" => """{"state":"done","note":"Prøver."}""",
        "lesson" => """{"title":"T","whatHappened":"H","why":"W","whatWeChanged":"C","whoShouldKnow":"A"}""",
        "{code}" => """{"name":"Enhet","reason":"Prøver."}""",
        _ => "{}",
    };
}
