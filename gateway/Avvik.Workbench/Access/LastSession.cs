using System.Security.Cryptography;
using System.Text.Json;
using Avvik.Workbench.Gateway;
using Avvik.Workbench.Persistence;
using Microsoft.Extensions.Options;

namespace Avvik.Workbench.Access;

/// <summary>
/// Who was signed in with this browser last, after the session has ended: a form that is sent then is kept for its sender, who signs in again as the same.
/// </summary>
/// <param name="Owner"><see cref="Me.Key"/>.</param>
/// <param name="Choice">What the person acted as.</param>
internal sealed record LastSession(string Owner, ActingAs? Choice)
{
    private const string Cookie = "__Host-avvik-last";

    public static LastSession? Read(HttpContext http)
    {
        if (http.Request.Cookies[Cookie] is not { } value) return null;
        try
        {
            return JsonSerializer.Deserialize<LastSession>(Seal(http).Open(value, Cookie), JsonSerializerOptions.Web);
        }
        // Sealed with a key that has been retired, or not by us.
        catch (Exception error) when (error is CryptographicException or FormatException or JsonException) { return null; }
    }

    public void Write(HttpContext http) => http.Response.Cookies.Append(
        Cookie, Seal(http).Seal(JsonSerializer.SerializeToUtf8Bytes(this, JsonSerializerOptions.Web), Cookie), Options());

    public static void Delete(HttpContext http) => http.Response.Cookies.Delete(Cookie, Options());

    /// <summary>Keeps a form that was sent after the session's end; false when there is none, or nobody to keep it for.</summary>
    public static async Task<bool> KeepFormAsync(HttpContext http)
    {
        var request = http.Request;
        var ours = new Uri(http.RequestServices.GetRequiredService<IOptions<SignInOptions>>().Value.PublicUrl).GetLeftPart(UriPartial.Authority);
        // A form from another site is not its user's.
        if (!HttpMethods.IsPost(request.Method) || !request.HasFormContentType || request.Headers.Origin != ours || Read(http) is not { } last) return false;
        var form = PostedForm.Of(request, await request.ReadFormAsync(http.RequestAborted));
        await ActivatorUtilities.CreateInstance<Drafts>(http.RequestServices, last.Owner).SaveAsync(PostedForm.DraftName, form, http.RequestAborted);
        return true;
    }

    private static BrowserSeal Seal(HttpContext http) => http.RequestServices.GetRequiredService<BrowserSeal>();

    private static CookieOptions Options() => new() { Secure = true, HttpOnly = true, SameSite = SameSiteMode.Lax, Path = "/", IsEssential = true };
}
