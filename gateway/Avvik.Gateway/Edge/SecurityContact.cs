using System.Globalization;
using System.Net.Mime;

namespace Avvik.Gateway.Edge;

/// <summary>
/// <c>/.well-known/security.txt</c> (RFC 9116): where whoever finds a vulnerability reports it. Served only where <c>SecurityContact:Uri</c> is set, since
/// only the organisation that runs the installation knows it.
/// </summary>
internal static class SecurityContact
{
    public const string Path = "/.well-known/security.txt";

    // RFC 9116 advises less than a year; an installation that is no longer looked after stops answering by then.
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(180);

    public static void MapSecurityContact(this WebApplication app)
    {
        if (app.Configuration["SecurityContact:Uri"] is not { Length: > 0 } contact) return;
        if (!Uri.TryCreate(contact, UriKind.Absolute, out var uri) || uri.Scheme is not ("mailto" or "https" or "tel"))
            throw new InvalidOperationException("SecurityContact:Uri must be a mailto:, https: or tel: URI.");
        var policy = app.Configuration["SecurityContact:Policy"] is { Length: > 0 } address ? $"Policy: {address}\n" : "";
        app.MapGet(Path, (TimeProvider clock) => TypedResults.Text(
            string.Create(CultureInfo.InvariantCulture,
                $"Contact: {uri}\nExpires: {clock.GetUtcNow() + Lifetime:yyyy-MM-dd'T'00:00:00'Z'}\nPreferred-Languages: nb, nn, en\n{policy}"),
            MediaTypeNames.Text.Plain)).AllowAnonymous();
    }
}
