using System.Collections.Concurrent;
using System.Security.Claims;
using System.Text.Json;
using Avvik.Client;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace Avvik.Workbench.Access;

/// <summary>
/// What people have been assigned in Avvik, beside the roles of their token: the services count both, so the menu must. Asked for once a minute per person.
/// </summary>
internal sealed class EffectiveRolesCache(TimeProvider clock)
{
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<string, (ActingAs Acting, DateTimeOffset Until)> _all = new(StringComparer.Ordinal);

    public ActingAs? Find(Me me) => _all.TryGetValue(KeyOf(me), out var known) && known.Until > clock.GetUtcNow() ? known.Acting : null;

    public void Keep(Me me, ActingAs acting)
    {
        var now = clock.GetUtcNow();
        foreach (var (old, known) in _all)
            if (known.Until < now) _all.TryRemove(old, out _);
        _all[KeyOf(me)] = (acting, now + Life);
    }

    // Another token of the same person may have other roles.
    private static string KeyOf(Me me) => $"{me.Key} {me.Acting.Unit} {string.Join(' ', me.Acting.Roles)}";
}

internal static class EffectiveRolesMiddleware
{
    /// <summary>Makes <see cref="Me"/> of each request what the services take the caller for; where they do not answer, what the token says.</summary>
    public static void UseEffectiveRoles(this WebApplication app) => app.Use(async (http, next) =>
    {
        if (Me.From(http.User) is { } me)
        {
            var cache = http.RequestServices.GetRequiredService<EffectiveRolesCache>();
            if (cache.Find(me) is not { } acting)
            {
                try
                {
                    var roles = await http.RequestServices.GetRequiredService<IAvvikClient>().GetEffectiveRolesAsync(http.RequestAborted);
                    cache.Keep(me, acting = new ActingAs(me.Organization, roles.Unit, roles.Roles));
                }
                // The page that is asked for says what is wrong, if anything is.
                catch (Exception error) when (error is AvvikProblemException or AvvikUnavailableException or TaskCanceledException) { acting = me.Acting; }
            }
            var claims = http.User.Claims.Where(c => c.Type != Me.ActingClaim)
                .Append(new Claim(Me.ActingClaim, JsonSerializer.Serialize(acting, JsonSerializerOptions.Web)));
            http.User = new ClaimsPrincipal(new ClaimsIdentity(claims, CookieAuthenticationDefaults.AuthenticationScheme, "name", "role"));
        }
        await next(http);
    });
}
