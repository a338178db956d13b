using System.Globalization;

namespace Avvik.Workbench.Browser;

/// <summary>What somebody has chosen for this browser: language, and light or dark. Kept in a cookie, since it counts before signing in too.</summary>
public sealed class Choices
{
    public const string Cookie = "__Host-avvik-choices";
    private static readonly string[] Languages = ["nb", "nn", "en"], Schemes = ["auto", "light", "dark"];

    public string Language { get; private set; } = "nb";
    public string Scheme { get; private set; } = "auto";

    public CultureInfo Culture => CultureInfo.GetCultureInfo(Language switch { "nn" => "nn-NO", "en" => "en-GB", _ => "nb-NO" });

    public void Read(HttpRequest request)
    {
        if (request.Cookies[Cookie]?.Split('.') is not [var language, var scheme]) return;
        if (Languages.Contains(language, StringComparer.Ordinal)) Language = language;
        if (Schemes.Contains(scheme, StringComparer.Ordinal)) Scheme = scheme;
    }

    public void Write(HttpResponse response, string? language, string? scheme)
    {
        if (language is not null && Languages.Contains(language, StringComparer.Ordinal)) Language = language;
        if (scheme is not null && Schemes.Contains(scheme, StringComparer.Ordinal)) Scheme = scheme;
        response.Cookies.Append(Cookie, $"{Language}.{Scheme}", new CookieOptions
        {
            Secure = true,
            HttpOnly = true,
            SameSite = SameSiteMode.Lax,
            Path = "/",
            MaxAge = TimeSpan.FromDays(365),
            IsEssential = true,
        });
    }
}

internal static class ChoicesMiddleware
{
    public static void UseChoices(this WebApplication app) => app.Use((context, next) =>
    {
        var choices = context.RequestServices.GetRequiredService<Choices>();
        choices.Read(context.Request);
        // Numbers, dates and sorting; what is posted is read as codes and ISO dates, whatever the language.
        CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = choices.Culture;
        return next(context);
    });
}
