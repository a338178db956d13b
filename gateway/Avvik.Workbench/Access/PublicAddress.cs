using Microsoft.Extensions.Options;

namespace Avvik.Workbench.Access;

internal static class PublicAddress
{
    /// <summary>Every request is taken as made to the public address, whatever its Host says: no redirect can be made to lead elsewhere.</summary>
    public static void UsePublicAddress(this WebApplication app)
    {
        var url = new Uri(app.Services.GetRequiredService<IOptions<SignInOptions>>().Value.PublicUrl);
        app.Use((context, next) =>
        {
            context.Request.Scheme = url.Scheme;
            context.Request.Host = new HostString(url.Authority);
            return next(context);
        });
    }
}
