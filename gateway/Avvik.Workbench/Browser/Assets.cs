using System.Text.Json;
using Microsoft.AspNetCore.StaticFiles;

namespace Avvik.Workbench.Browser;

/// <summary>What the browser gets besides pages, in memory: under a megabyte, its names carry a hash, so it is kept for a year.</summary>
internal sealed class Assets
{
    private readonly Dictionary<string, Asset> _files;
    private readonly Dictionary<string, string> _names;

    public Assets()
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "assets");
        _names = JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllBytes(Path.Combine(folder, "assets.json")))!;
        var types = new FileExtensionContentTypeProvider();
        _files = _names.Values.ToDictionary(name => name, name =>
        {
            var compressed = Path.Combine(folder, name + ".br");
            types.TryGetContentType(name, out var type);
            return new Asset(type ?? "application/octet-stream",
                File.ReadAllBytes(Path.Combine(folder, name)),
                File.Exists(compressed) ? File.ReadAllBytes(compressed) : null);
        }, StringComparer.Ordinal);
    }

    /// <summary>Where a file is: <c>avvik.css</c> is <c>/assets/avvik-3F2A….css</c>.</summary>
    public string this[string name] => "/assets/" + _names[name];

    public Asset? Find(string file) => _files.GetValueOrDefault(file);
}

internal sealed record Asset(string ContentType, byte[] Content, byte[]? Brotli);

internal static class AssetsEndpoint
{
    public static void MapAssets(this WebApplication app) => app.Use(async (context, next) =>
    {
        if (!context.Request.Path.StartsWithSegments("/assets", StringComparison.Ordinal, out var rest)
            || context.RequestServices.GetRequiredService<Assets>().Find(rest.Value!.TrimStart('/')) is not { } asset)
        {
            await next(context);
            return;
        }
        var response = context.Response;
        var brotli = asset.Brotli is not null && context.Request.Headers.AcceptEncoding.ToString().Contains("br", StringComparison.Ordinal);
        var body = brotli ? asset.Brotli! : asset.Content;
        response.ContentType = asset.ContentType;
        response.ContentLength = body.Length;
        response.Headers.CacheControl = "public, max-age=31536000, immutable";
        response.Headers.Vary = "Accept-Encoding";
        if (brotli) response.Headers.ContentEncoding = "br";
        if (!HttpMethods.IsHead(context.Request.Method)) await response.Body.WriteAsync(body, context.RequestAborted);
    });
}
