using System.Net;
using Avvik.Client;
using Avvik.Workbench.Access;
using Avvik.Workbench.Browser;
using Avvik.Workbench.Persistence;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Avvik.Workbench.Gateway;

/// <summary>Handles what a page does not handle itself: the gateway refused, or does not answer.</summary>
internal sealed class GatewayAnswers(TimeProvider clock) : IAsyncExceptionFilter
{
    // A token this new that is refused will be refused again: signing in once more would go round in circles.
    private static readonly TimeSpan JustSignedIn = TimeSpan.FromMinutes(1);

    public async Task OnExceptionAsync(ExceptionContext context)
    {
        context.Result = context.Exception switch
        {
            AvvikProblemException { Status: HttpStatusCode.Unauthorized } => await SignInAgainAsync(context),
            AvvikProblemException
            {
                Status: HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout,
            } => Unavailable,
            AvvikProblemException problem => new StatusCodeResult((int)problem.Status),
            AvvikUnavailableException => Unavailable,
            TaskCanceledException when !context.HttpContext.RequestAborted.IsCancellationRequested => Unavailable,
            _ => null,
        };
        if (context.Result is not null) context.ExceptionHandled = true;
    }

    private static StatusCodeResult Unavailable => new(StatusCodes.Status503ServiceUnavailable);

    // The token has run out and cannot be refreshed, or was revoked: sign in, and come back here with what was typed.
    private async Task<IActionResult> SignInAgainAsync(ExceptionContext context)
    {
        var http = context.HttpContext;
        if (TokenRefresh.StateOf(http) == TokenState.IssuerUnavailable || IsNew(http)) return Unavailable;
        // The script tells the user to sign in beside the page.
        if (http.Request.IsHtmx()) return new StatusCodeResult(StatusCodes.Status401Unauthorized);
        var returnTo = http.Request.Path + http.Request.QueryString;
        if (HttpMethods.IsPost(http.Request.Method))
        {
            if (context.ActionDescriptor is CompiledPageActionDescriptor page && page.HandlerTypeInfo.IsDefined(typeof(KeepsDraftAttribute), inherit: false))
                returnTo = http.Request.Path;
            else
            {
                var form = PostedForm.Of(http.Request, await http.Request.ReadFormAsync());
                await http.RequestServices.GetRequiredService<Drafts>().SaveAsync(PostedForm.DraftName, form, http.RequestAborted);
                returnTo = PostedForm.ResumePath;
            }
        }
        // As the same as before: drafts are kept for a person at an organisation.
        var me = Me.From(http.User);
        return new ChallengeResult(OpenIdConnectDefaults.AuthenticationScheme, SignIn.To(returnTo, me?.Choices.FirstOrDefault(me.Acting.Covers)));
    }

    private bool IsNew(HttpContext http) =>
        SignIn.SignedInAt(http.Features.Get<IAuthenticateResultFeature>()?.AuthenticateResult?.Properties) is { } at && clock.GetUtcNow() - at < JustSignedIn;
}

/// <summary>The page keeps what is posted as a draft before it calls the API, and shows the draft when it is opened again.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class KeepsDraftAttribute : Attribute;

/// <summary>A form that was sent when the session or its token was over: kept until its sender has signed in again.</summary>
/// <param name="Path">Where it was sent, with its query.</param>
/// <param name="Fields">Its fields, in their order.</param>
internal sealed record PostedForm(string Path, IReadOnlyList<PostedField> Fields)
{
    public const string DraftName = "posted-form", ResumePath = "/signin/resume";

    // The token is for the session that has ended, and a patient is kept nowhere but in Reporting.
    private static readonly string[] NotKept = ["token", "Form.PatientType", "Form.PatientNumber", "Form.PatientNumbers", "Numbers"];

    public static PostedForm Of(HttpRequest request, IFormCollection form) => new(request.Path + request.QueryString,
        [.. form.Where(f => !NotKept.Contains(f.Key, StringComparer.Ordinal)).SelectMany(f => f.Value.Select(value => new PostedField(f.Key, value ?? "")))]);

    /// <summary>True for a report, which is shown again before it is sent: the patient, if there was one, is to be filled in again.</summary>
    public bool IsReport => Path == "/report";
}

/// <summary>A field of a form.</summary>
internal sealed record PostedField(string Name, string Value);
