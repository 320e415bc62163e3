using Microsoft.Extensions.Options;
using Rerank.Programs.Proxies;
using Rerank.Programs.Traces;

namespace Rerank.Operator;

[OptionsValidator]
internal sealed partial class OperatorOptionsValidator : IValidateOptions<OperatorOptions>;

internal sealed class OtlpEndpointValidator : IValidateOptions<OperatorOptions>
{
    public ValidateOptionsResult Validate(string? name, OperatorOptions options) =>
        options.OtlpEndpoint is { Length: > 0 } endpoint && ProgramTraces.Problem(endpoint) is { } problem
            ? ValidateOptionsResult.Fail($"{nameof(OperatorOptions.OtlpEndpoint)}: {problem}")
            : ValidateOptionsResult.Success;
}

internal sealed class ProxyOptionsValidator : IValidateOptions<OperatorOptions>
{
    public ValidateOptionsResult Validate(string? name, OperatorOptions options)
    {
        try
        {
            EnvironmentProxy.Of(variable => options.Proxy.Variables.FirstOrDefault(v => v.Name == variable).Value);
            return ValidateOptionsResult.Success;
        }
        catch (FormatException e)
        {
            return ValidateOptionsResult.Fail($"{nameof(OperatorOptions.Proxy)}: {e.Message}");
        }
    }
}

[OptionsValidator]
internal sealed partial class EngineOptionsValidator : IValidateOptions<EngineOptions>;

[OptionsValidator]
internal sealed partial class ImageOptionsValidator : IValidateOptions<ImageOptions>;
