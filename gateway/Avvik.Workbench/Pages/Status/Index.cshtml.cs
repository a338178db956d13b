using System.Diagnostics;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Avvik.Workbench.Pages.Status;

/// <summary>What one sees when something cannot be shown: what it means and what to do.</summary>
[IgnoreAntiforgeryToken]
internal sealed class IndexModel : PageModel
{
    public string Key { get; private set; } = "error";
    public string Original { get; private set; } = "/";
    public string? TraceId { get; private set; }
    public bool CanTryAgain => Key is "unavailable" or "error" && HttpMethods.IsGet(Request.Method);

    public void OnGet(int code) => Show(code);
    public void OnPost(int code) => Show(code);

    private void Show(int code)
    {
        Key = code switch
        {
            400 => "invalid",
            401 or 403 => "forbidden",
            404 or 405 => "missing",
            410 => "gone",
            409 or 412 or 428 => "changed",
            413 => "tooLarge",
            429 or 502 or 503 or 504 => "unavailable",
            _ => "error",
        };
        if (HttpContext.Features.Get<IStatusCodeReExecuteFeature>() is { } again) Original = again.OriginalPath + again.OriginalQueryString;
        else if (HttpContext.Features.Get<IExceptionHandlerPathFeature>() is { } error) Original = error.Path;
        else Response.StatusCode = code;
        if (Key == "error") TraceId = Activity.Current?.TraceId.ToString();
    }
}
