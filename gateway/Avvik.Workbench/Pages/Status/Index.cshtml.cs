using System.Diagnostics;
using Avvik.Workbench.Access;
using Avvik.Workbench.Browser;
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
    /// <summary>A picture of it in lines: a lock, a magnifying glass, a spanner, a warning, or a note.</summary>
    public string Icon => Key switch
    {
        "forbidden" => "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3M12 14.5v2",
        "missing" => "M10.5 4a6.5 6.5 0 1 0 0 13a6.5 6.5 0 0 0 0-13zM15.5 15.5L20.5 20.5",
        "unavailable" => "M14.5 6.5a4 4 0 0 1 5-1.5l-2.7 2.7l1.5 1.5L21 6.5a4 4 0 0 1-5.5 4.6L8 18.6a1.9 1.9 0 0 1-2.7-2.7l7.5-7.5a4 4 0 0 1 1.7-1.9z",
        "error" => "M12 4L21.5 20h-19zM12 10v5M12 17.4v.2",
        _ => "M6 3.5h9l4 4v13H6zM9 11h7M9 14.5h7",
    };
    public bool CanTryAgain => (Key is "unavailable" or "error" || IsInMenu) && HttpMethods.IsGet(Request.Method);

    /// <summary>True when the menu leads to what was refused: the role is so new that not every service has learned of it.</summary>
    public bool IsInMenu => Key == "forbidden" && Me.From(User) is { } me && Navigation.For(me).Any(item => item.Covers(Original.Split('?')[0]));

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
