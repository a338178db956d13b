namespace Avvik.Workbench.Browser;

/// <summary>
/// A cookie that is always secure. Antiforgery refuses <see cref="CookieSecurePolicy.Always"/> on plain HTTP, but behind the gateway that is how
/// requests arrive, and browsers count http://localhost as secure.
/// </summary>
internal sealed class SecureCookie : CookieBuilder
{
    public override CookieOptions Build(HttpContext context, DateTimeOffset expiresFrom)
    {
        var options = base.Build(context, expiresFrom);
        (options.Secure, options.Path) = (true, "/");
        return options;
    }
}
