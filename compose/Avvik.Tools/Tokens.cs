using System.Text.Json;

namespace Avvik.Tools;

/// <summary>Access tokens from the development issuer.</summary>
internal static class Tokens
{
    /// <param name="identity">The issuer.</param>
    /// <param name="fields">The form of its token endpoint, as <c>name=value</c>.</param>
    /// <exception cref="ToolException">The issuer refused, or does not answer.</exception>
    public static async Task<string> GetAsync(Uri identity, IEnumerable<string> fields)
    {
        using var http = new HttpClient { BaseAddress = identity, Timeout = TimeSpan.FromSeconds(10) };
        using var form = new FormUrlEncodedContent(fields.Select(f => f.Split('=', 2)).Select(f => KeyValuePair.Create(f[0], f[1])));
        try
        {
            using var response = await http.PostAsync(new Uri("token", UriKind.Relative), form);
            var answer = await JsonSerializer.DeserializeAsync<JsonElement>(await response.Content.ReadAsStreamAsync());
            if (answer.TryGetProperty("access_token", out var token)) return token.GetString()!;
            throw new ToolException(answer.TryGetProperty("error_description", out var why) ? why.GetString()!
                : "the issuer returned no token: see compose/logs identity.");
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException or JsonException)
        {
            throw new ToolException("the issuer does not answer: see compose/logs identity.");
        }
    }
}
