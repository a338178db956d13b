using System.Net;
using Avvik.Client;
using Avvik.Workbench.Access;
using Avvik.Workbench.Browser;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;

namespace Avvik.Workbench.Gateway;

/// <summary>What a page does not handle itself: the gateway refused, or does not answer.</summary>
internal sealed class GatewayAnswers(TimeProvider clock) : IExceptionFilter
{
    // A token this new that is refused will be refused again: signing in once more would go round in circles.
    private static readonly TimeSpan JustSignedIn = TimeSpan.FromMinutes(1);

    public void OnException(ExceptionContext context)
    {
        context.Result = context.Exception switch
        {
            AvvikProblemException { Status: HttpStatusCode.Unauthorized } when IsNew(context.HttpContext) => new StatusCodeResult(StatusCodes.Status503ServiceUnavailable),
            // The token has run out or was taken back: sign in again, and come back here.
            AvvikProblemException { Status: HttpStatusCode.Unauthorized } when HttpMethods.IsGet(context.HttpContext.Request.Method) && !context.HttpContext.Request.IsHtmx() =>
                new ChallengeResult(OpenIdConnectDefaults.AuthenticationScheme, SignIn.To(context.HttpContext.Request.Path + context.HttpContext.Request.QueryString)),
            AvvikProblemException { Status: HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout } =>
                new StatusCodeResult(StatusCodes.Status503ServiceUnavailable),
            AvvikProblemException problem => new StatusCodeResult((int)problem.Status),
            AvvikUnavailableException => new StatusCodeResult(StatusCodes.Status503ServiceUnavailable),
            TaskCanceledException when !context.HttpContext.RequestAborted.IsCancellationRequested => new StatusCodeResult(StatusCodes.Status503ServiceUnavailable),
            _ => null,
        };
        if (context.Result is not null) context.ExceptionHandled = true;
    }

    private bool IsNew(HttpContext http) =>
        http.Features.Get<IAuthenticateResultFeature>()?.AuthenticateResult?.Properties?.IssuedUtc is { } issued && clock.GetUtcNow() - issued < JustSignedIn;
}
